@echo off
rem Starts cryptography-wizard from the folder of this file, for example on a USB stick.
rem In a folder with a manifest.json, it installs from that folder and needs no network.
setlocal
set "folder=%~dp0"
set "program=%folder%cryptography-wizard.pyz"
if not exist "%program%" (
    echo There is no cryptography-wizard.pyz beside this file: copy the whole folder.
    set code=2
    goto finish
)
set "check=import sys; sys.exit(sys.version_info < (3, 9))"
set "python=py"
py -c "%check%" >nul 2>&1
if not errorlevel 1 goto start
rem Without Python, python.exe is a placeholder of Microsoft's: it fails, too.
set "python=python"
python -c "%check%" >nul 2>&1
if not errorlevel 1 goto start
echo cryptography-wizard needs Python 3.9 or newer, and found none.
echo Install it from https://www.python.org/downloads/windows/ or type: winget install Python.Python.3.13
echo Then start this file again.
set code=3
goto finish
:start
if not "%~1"=="" goto words
rem The wizard recommends an environment in the current folder, and a stick may be read-only.
cd /d "%USERPROFILE%"
if not exist "%folder%manifest.json" goto words
%python% "%program%" --from-wheelhouse "%folder%."
set code=%errorlevel%
goto finish
:words
%python% "%program%" %*
set code=%errorlevel%
:finish
rem A window that was opened by a double click stays open.
if "%~1"=="" pause
exit /b %code%

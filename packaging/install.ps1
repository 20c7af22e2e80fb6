<#
.SYNOPSIS
Installs cryptography-wizard, one file, for this user. Nothing is done as administrator.

.DESCRIPTION
For Windows PowerShell 5.1 and PowerShell 7:

    irm https://cryptography-wizard.example/install.ps1 | iex
    powershell -ExecutionPolicy Bypass -File install.ps1 [-Uninstall]

Variables:
    CRYPTOGRAPHY_WIZARD_FROM    an address or a folder with cryptography-wizard.pyz and SHA256SUMS
                                (otherwise: the folder of this file, or the address above)
    CRYPTOGRAPHY_WIZARD_SHA256  the checksum that cryptography-wizard.pyz must have
    CRYPTOGRAPHY_WIZARD_BIN     the folder for it (%LOCALAPPDATA%\Programs\cryptography-wizard)
    PYTHON                      the Python that runs it
    NONINTERACTIVE=1            ask nothing
    HTTPS_PROXY                 a proxy, if it is not the one of the system's settings

.PARAMETER Uninstall
Remove what this has installed.
#>
[CmdletBinding()]
param([switch] $Uninstall)

function Write-Line {
    param([string] $Text)
    Write-Information -MessageData $Text -InformationAction Continue
}

# Ends the installation: a message, one line for each string, and an exit code.
function Exit-WithMessage {
    param([int] $Code, [string[]] $Lines)
    $failure = New-Object -TypeName System.InvalidOperationException -ArgumentList ($Lines -join "`n")
    $failure.Data['Code'] = $Code
    throw $failure
}

# Returns the whole path of a Python that is new enough, not the one of an environment, or nothing.
function Get-CheckedPython {
    param([string] $Program, [string[]] $Words = @())
    $ErrorActionPreference = 'Continue' # what a program writes to standard error ends nothing
    $command = Get-Command -Name $Program -CommandType Application -ErrorAction SilentlyContinue |
        Select-Object -First 1
    # In WindowsApps, Microsoft puts a python.exe without contents that opens the Store.
    if (-not $command -or ($command.Source -like '*\Microsoft\WindowsApps\*' -and
            (Get-Item -LiteralPath $command.Source).Length -eq 0)) {
        return
    }
    $code = 'import sys; print(getattr(sys, "_base_executable", None) or sys.executable) ' +
        'if sys.version_info >= (3, 9) else sys.exit(1)'
    $code = $code.Replace('"', "'")
    try {
        $found = & $command.Source @Words '-I' '-c' $code 2>$null
    }
    catch {
        Write-Verbose -Message "$Program cannot be started: $_"
        return
    }
    if ($LASTEXITCODE -eq 0 -and $found) {
        return ([string[]] $found)[-1].Trim()
    }
}

function Find-Python {
    $ErrorActionPreference = 'Continue'
    if ($env:PYTHON) {
        $found = Get-CheckedPython -Program $env:PYTHON
        if (-not $found) {
            Exit-WithMessage -Code 2 -Lines "PYTHON=$env:PYTHON is no Python 3.9 or newer."
        }
        return $found
    }
    $found = Get-CheckedPython -Program 'py' -Words '-3'
    foreach ($name in 'python', 'python3') {
        if (-not $found) { $found = Get-CheckedPython -Program $name }
    }
    if (-not $found -and (Get-Command -Name 'uv' -ErrorAction SilentlyContinue)) {
        $path = & uv python find --no-project '>=3.9' 2>$null
        if ($LASTEXITCODE -eq 0) { $found = Get-CheckedPython -Program ([string] $path) }
    }
    return $found
}

# Asks a question. With NONINTERACTIVE, the answer is yes.
function Read-Agreement {
    param([string] $Question)
    if ($env:NONINTERACTIVE -or -not [Environment]::UserInteractive) { return $true }
    return (Read-Host -Prompt "$Question [Y/n]") -match '^\s*([Yy]|$)'
}

# Says how to get a Python. With uv, gets one if the user agrees.
function Get-Python {
    $uv = Get-Command -Name 'uv' -ErrorAction SilentlyContinue
    if ($uv -and (Read-Agreement -Question 'There is no Python 3.9 or newer. Download one with uv?')) {
        $ErrorActionPreference = 'Continue'
        Write-Line -Text 'uv python install 3.13'
        & uv python install 3.13 | Out-Null
        $found = Find-Python
        if ($found) { return $found }
    }
    $lines = @('It needs Python 3.9 or newer, and found none. One of these gets it:', '')
    if (Get-Command -Name 'winget' -ErrorAction SilentlyContinue) {
        $lines += '  winget install Python.Python.3.13'
    }
    $lines += '  the installer from https://www.python.org/downloads/windows/'
    if ($uv) { $lines += '  uv python install 3.13' }
    else { $lines += '  uv: https://docs.astral.sh/uv/, then: uv python install 3.13' }
    $lines += '', 'Then open a new terminal, and type this command again.'
    Exit-WithMessage -Code 3 -Lines $lines
}

# Gets a file of the release into a folder.
function Save-ReleaseFile {
    param([string] $From, [string] $Name, [string] $Folder)
    $target = Join-Path -Path $Folder -ChildPath $Name
    if ($From -notmatch '^https?://') {
        $source = Join-Path -Path $From -ChildPath $Name
        if (-not (Test-Path -LiteralPath $source -PathType Leaf)) {
            Exit-WithMessage -Code 2 -Lines "There is no $Name in $From."
        }
        Copy-Item -LiteralPath $source -Destination $target
        return
    }
    $options = @{ Uri = $From.TrimEnd('/') + "/$Name"; OutFile = $target; UseBasicParsing = $true; TimeoutSec = 900 }
    if ($env:HTTPS_PROXY) { $options['Proxy'] = $env:HTTPS_PROXY }
    try {
        Invoke-WebRequest @options
    }
    catch {
        Exit-WithMessage -Code 1 -Lines @(
            "$($options['Uri']) could not be downloaded: $($_.Exception.Message)",
            'Check the network and, if you need one, the proxy: $env:HTTPS_PROXY = ''http://...''',
            "Without a network: put cryptography-wizard.pyz and SHA256SUMS beside install.ps1.")
    }
}

# Compares the checksum of the file with the one that was stated, or is in SHA256SUMS.
function Assert-Checksum {
    param([string] $From, [string] $Folder)
    $name = 'cryptography-wizard.pyz'
    $expected = $env:CRYPTOGRAPHY_WIZARD_SHA256
    if (-not $expected) {
        Save-ReleaseFile -From $From -Name 'SHA256SUMS' -Folder $Folder
        $sums = Get-Content -LiteralPath (Join-Path -Path $Folder -ChildPath 'SHA256SUMS')
        $line = $sums | Where-Object { $_ -match "^([0-9a-fA-F]{64}) [ *]$([regex]::Escape($name))$" }
        if (-not $line) {
            Exit-WithMessage -Code 3 -Lines "SHA256SUMS in $From has no checksum of $name."
        }
        $expected = ([string[]] $line)[0].Substring(0, 64)
    }
    $actual = (Get-FileHash -LiteralPath (Join-Path -Path $Folder -ChildPath $name) -Algorithm SHA256).Hash
    if ($actual -ne $expected.Trim()) {
        Exit-WithMessage -Code 3 -Lines @(
            "$name from $From is not the published file.",
            "Its SHA-256 is $actual,", "it should be   $expected.",
            "The download was cut off or changed: try again, or ask who runs $From. Nothing was installed.")
    }
}

# Returns the lines of the command. %LOCALAPPDATA% spares the characters of the user's name.
function Get-CommandLine {
    param([string] $Python)
    $local = $env:LOCALAPPDATA
    $path = $Python.Replace('%', '%%')
    if ($local -and $Python.StartsWith($local + '\', [StringComparison]::OrdinalIgnoreCase)) {
        $path = '%LOCALAPPDATA%' + $Python.Substring($local.Length).Replace('%', '%%')
    }
    return @(
        '@echo off',
        'rem cryptography-wizard, installed by install.ps1',
        'setlocal',
        "set `"python=$path`"",
        'if not exist "%python%" set "python=py"',
        '"%python%" "%~dp0cryptography-wizard.pyz" %*')
}

function Install-Wizard {
    param([string] $Bin, [string] $Beside)
    $name = 'cryptography-wizard'
    $python = Find-Python
    if (-not $python) { $python = Get-Python }
    $from = 'https://cryptography-wizard.example'
    if ($env:CRYPTOGRAPHY_WIZARD_FROM) { $from = $env:CRYPTOGRAPHY_WIZARD_FROM }
    elseif ($Beside -and (Test-Path -LiteralPath (Join-Path -Path $Beside -ChildPath "$name.pyz"))) {
        $from = $Beside
    }
    if ($from -match '^http://(?!127\.0\.0\.1[:/]|localhost[:/])' -and -not $env:CRYPTOGRAPHY_WIZARD_SHA256) {
        Write-Line -Text "Note: $from is not encrypted, so the checksum there proves little."
    }
    Write-Line -Text "Python: $python"
    Write-Line -Text "From:   $from"
    $work = Join-Path -Path $Bin -ChildPath ".$name-$PID"
    try {
        New-Item -ItemType Directory -Path $work -Force -ErrorAction Stop | Out-Null
    }
    catch {
        Exit-WithMessage -Code 2 -Lines @(
            "You may not write into ${Bin}: $($_.Exception.Message)",
            'Choose another folder: $env:CRYPTOGRAPHY_WIZARD_BIN = ''FOLDER''')
    }
    try {
        Save-ReleaseFile -From $from -Name "$name.pyz" -Folder $work
        Assert-Checksum -From $from -Folder $work
        $program = Join-Path -Path $work -ChildPath "$name.pyz"
        $version = & $python $program '--version'
        if ($LASTEXITCODE -ne 0) { Exit-WithMessage -Code 1 -Lines "$python cannot start it." }
        $version = ([string[]] $version)[0] # the other lines are about its tables
        $command = Join-Path -Path $work -ChildPath "$name.cmd"
        Get-CommandLine -Python $python | Out-File -LiteralPath $command -Encoding oem
        Move-Item -LiteralPath $program -Destination (Join-Path -Path $Bin -ChildPath "$name.pyz") -Force
        Move-Item -LiteralPath $command -Destination (Join-Path -Path $Bin -ChildPath "$name.cmd") -Force
    }
    finally {
        Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
    }
    Write-Line -Text "Installed: $Bin\$name.cmd ($version)"
    Write-Line -Text ''
    if (($env:Path -split ';').TrimEnd('\') -contains $Bin.TrimEnd('\')) {
        Write-Line -Text "Start it: $name"
        return
    }
    $quoted = $Bin.Replace("'", "''")
    Write-Line -Text "Start it: & '$quoted\$name.cmd'"
    Write-Line -Text 'To start it by its name alone, type this, and open a new terminal:'
    Write-Line -Text ("  [Environment]::SetEnvironmentVariable('Path', " +
        "[Environment]::GetEnvironmentVariable('Path', 'User') + ';$quoted', 'User')")
}

function Uninstall-Wizard {
    param([string] $Bin)
    $name = 'cryptography-wizard'
    $command = Join-Path -Path $Bin -ChildPath "$name.cmd"
    if (-not (Test-Path -LiteralPath $command)) {
        Write-Line -Text "$command is not there: nothing to remove."
    }
    elseif (Select-String -LiteralPath $command -SimpleMatch 'installed by install.ps1' -Quiet) {
        Remove-Item -LiteralPath $command, (Join-Path -Path $Bin -ChildPath "$name.pyz") -ErrorAction Stop
        Write-Line -Text "Removed: $command"
    }
    else {
        Exit-WithMessage -Code 2 -Lines "$command was not installed by this file, so it stays."
    }
    $cache = $env:CRYPTOGRAPHY_WIZARD_CACHE
    if (-not $cache) { $cache = Join-Path -Path $env:LOCALAPPDATA -ChildPath "$name\Cache" }
    $copies = Join-Path -Path $cache -ChildPath 'program'
    if (Test-Path -LiteralPath $copies) {
        Remove-Item -LiteralPath $copies -Recurse -Force -ErrorAction Stop
        Write-Line -Text "Removed: $copies"
    }
    Write-Line -Text 'Your environments and the records of earlier runs stay.'
}

# Does what was asked and returns an exit code.
function Invoke-Installer {
    param([bool] $Remove, [string] $Beside)
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue' # with it, Windows PowerShell downloads ten times slower
    [Net.ServicePointManager]::SecurityProtocol =
        [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    try {
        if ($env:OS -ne 'Windows_NT') {
            Exit-WithMessage -Code 2 -Lines 'This file is for Windows. Here: sh install.sh'
        }
        $bin = $env:CRYPTOGRAPHY_WIZARD_BIN
        if (-not $bin) {
            $bin = Join-Path -Path $env:LOCALAPPDATA -ChildPath 'Programs\cryptography-wizard'
        }
        $bin = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($bin)
        if ($Remove) { Uninstall-Wizard -Bin $bin } else { Install-Wizard -Bin $bin -Beside $Beside }
        return 0
    }
    catch {
        [Console]::Error.WriteLine("cryptography-wizard: $($_.Exception.Message)")
        if ($_.Exception.Data.Contains('Code')) { return [int] $_.Exception.Data['Code'] }
        return 1
    }
}

$code = Invoke-Installer -Remove $Uninstall.IsPresent -Beside $PSScriptRoot
# Without a file, as in `irm ... | iex`, exit would close the user's terminal.
if ($PSScriptRoot) { exit $code }

"""The functions that a script for PowerShell begins with; they are ASCII."""

from __future__ import annotations

from collections.abc import Sequence

from backends import gpg
from wizard.openssl_archive import SIGNATURE
from wizard.programs import variables
from wizard.wrap import wrap


def _names(names: Sequence[str]) -> str:
    """A list of names, as lines of a script."""
    words = ", ".join(f"'{name}'" for name in names)
    return "\n".join(wrap(words, 90, first="    ", rest="    "))


START = f"""\
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
# In every PowerShell this script itself looks at exit codes.
$PSNativeCommandUseErrorActionPreference = $false

# These would send the installation somewhere else.
$Elsewhere = @(
{_names(variables.REMOVED)}
)
"""
INVOKE = """\

function Restore-Variables([System.Collections.Hashtable] $Before) {
    foreach ($name in $Before.Keys) {
        if ($null -ne $Before[$name]) { Set-Item -LiteralPath "Env:$name" -Value $Before[$name] }
        elseif (Test-Path -LiteralPath "Env:$name") { Remove-Item -LiteralPath "Env:$name" }
    }
}

# Runs a program with variables of its own ('NAME=value') in a folder, and stops where it fails.
function Invoke-Program {
    param(
        [string[]] $Set = @(),
        [string[]] $Unset = @(),
        [string] $Folder = '.',
        [int[]] $Ok = @(0),
        [scriptblock] $Run
    )
    $before = New-Object System.Collections.Hashtable
    $gone = @($Unset) + $Elsewhere
    foreach ($name in $gone + @($Set -replace '(?s)=.*', '')) {
        if ($name) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    }
    Push-Location -LiteralPath $Folder
    try {
        foreach ($name in $gone) {
            if (Test-Path -LiteralPath "Env:$name") { Remove-Item -LiteralPath "Env:$name" }
        }
        foreach ($pair in $Set) {
            $name, $value = $pair -split '=', 2
            Set-Item -LiteralPath "Env:$name" -Value $value
        }
        & $Run
        if ($Ok -notcontains $LASTEXITCODE) { throw "It failed with exit code $LASTEXITCODE." }
    } finally {
        Restore-Variables $before
        Pop-Location
    }
}
"""
AS_ROOT = f"""\

# What a company's proxy needs; sudo would drop it.
$Passed = @(
{_names(variables.PASSED)}
)
"""
INVOKE_AS_ROOT = """\

function Invoke-AsRoot {
    $words = $args
    if ((& 'id' '-u') -ne '0') {
        $sudo = Get-Command 'sudo' -ErrorAction SilentlyContinue
        $tool = if ($sudo) { 'sudo' } else { 'doas' }
        $kept = @(Get-ChildItem 'Env:' | Where-Object { $Passed -ccontains $_.Name })
        $words = @($tool, 'env') + @($kept | ForEach-Object { "$($_.Name)=$($_.Value)" }) + $args
    }
    $program, $rest = $words
    & $program @rest
}
"""
FETCH = """\

# Windows PowerShell 5.1 knows TLS 1.2, but may not use it by itself.
$protocols = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
[Net.ServicePointManager]::SecurityProtocol = $protocols

function Save-Url([string] $Url, [string] $Path) {
    if ($Url -like 'file:*') { Copy-Item -LiteralPath ([Uri] $Url).LocalPath -Destination $Path }
    else { Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $Path }
}

# Fetches a file, and keeps it only if its SHA-256 is right.
function Get-Checked {
    param([string] $Url, [string] $Path, [string] $Sum = '', [string] $SumUrl = '')
    $half = "$Path.part"
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($Path))
    if (-not $Sum) {
        Save-Url $SumUrl $half
        $Sum = "$(Get-Content -LiteralPath $half -TotalCount 1)".Trim() -replace '(?s)\\s.*', ''
    }
    Save-Url $Url $half
    $found = (Get-FileHash -LiteralPath $half -Algorithm SHA256).Hash
    if ($found -ne $Sum) {
        Remove-Item -LiteralPath $half
        throw "$Url is not what was published: its SHA-256 is '$found', not '$Sum'."
    }
    Move-Item -LiteralPath $half -Destination $Path -Force
}
"""
SIGNED = f"""\

# Keeps a file only if the key with that fingerprint signed it.
function Confirm-Signature {{
    param([string] $Url, [string] $File, [string] $Signer, [string] $Gpg)
    $signature = "$File{SIGNATURE}"
    try {{
        Save-Url $Url $signature
        $said = & $Gpg {" ".join(f"'{word}'" for word in gpg.CHECK)} '--verify' $signature $File
        if ($LASTEXITCODE -ne 0 -or -not ($said -match "{gpg.VALID}$Signer")) {{
            throw 'gpg does not find its signature good.'
        }}
    }} catch {{
        Remove-Item -LiteralPath $File
        throw "$File is not signed by $Signer, so it was thrown away. $_"
    }} finally {{
        if (Test-Path -LiteralPath $signature) {{ Remove-Item -LiteralPath $signature }}
    }}
}}
"""

function Restore-Variables([System.Collections.Hashtable] $Before) {
    foreach ($name in $Before.Keys) {
        if ($null -ne $Before[$name]) { Set-Item -LiteralPath "Env:$name" -Value $Before[$name] }
        elseif (Test-Path -LiteralPath "Env:$name") { Remove-Item -LiteralPath "Env:$name" }
    }
}

# Runs a program with extra variables ('NAME=value') in a folder, and stops if it fails.
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

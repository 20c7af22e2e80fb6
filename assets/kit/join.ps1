# Starts the wizard of a workshop with the packages of the workshop's own index.
& {
    $ErrorActionPreference = 'Stop'
    $ProgressPreference = 'SilentlyContinue'
    $base = @BASE@
    $hostName = @HOST@
    $sha256 = @SHA256@
    $workshop = @WORKSHOP@
    $folder = Join-Path $HOME 'cryptography-workshop'
    $file = Join-Path $folder 'cryptography-wizard.pyz'

    $python = $null
    foreach ($words in @(@('py', '-3'), @('python3'), @('python'))) {
        $found = Get-Command $words[0] -CommandType Application -ErrorAction SilentlyContinue |
            Select-Object -First 1
        if (-not $found) { continue }
        # The placeholder of the Microsoft Store ends with another code.
        $rest = @($words | Select-Object -Skip 1)
        & $found.Source @rest -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>$null | Out-Null
        if ($LASTEXITCODE -eq 0) { $python = @($found.Source) + $rest; break }
    }
    if (-not $python) {
        Write-Host 'join: Python 3.9 or newer is needed, and was not found.'
        Write-Host 'Install it from python.org, or with: winget install Python.Python.3.13'
        return
    }
    New-Item -ItemType Directory -Force -Path $folder | Out-Null
    Invoke-WebRequest -UseBasicParsing -Uri "$base/cryptography-wizard.pyz" -OutFile "$file.part"
    $sum = (Get-FileHash -Algorithm SHA256 -Path "$file.part").Hash.ToLowerInvariant()
    if ($sum -ne $sha256) {
        Remove-Item -Path "$file.part"
        Write-Host 'join: the downloaded file is not the one of the workshop. Try again.'
        return
    }
    Move-Item -Force -Path "$file.part" -Destination $file
    # Words of the user are added. Only what they name themselves, or another command, comes instead.
    $words = @($args | ForEach-Object { "$_" })
    $arguments = @($file)
    if (-not $words -or $words[0].StartsWith('-')) {
        if (-not ($words -match '^--venv(=|$)')) {
            $arguments += @('--venv', (Join-Path $folder 'cryptography-env'))
        }
        if ($workshop -and -not ($words -match '^--for(=|$)')) {
            $list = Join-Path $folder $workshop
            Invoke-WebRequest -UseBasicParsing -Uri "$base/$workshop" -OutFile $list
            $arguments += @('--for', $list)
        }
    }
    $arguments += $words
    $rest = @($python | Select-Object -Skip 1)
    $variables = @{
        PIP_INDEX_URL = "$base/simple"
        PIP_CONFIG_FILE = 'nul'
        PIP_TRUSTED_HOST = $hostName
        NO_PROXY = (@($hostName, $env:NO_PROXY) -ne $null -ne '') -join ','
    }
    # They are for the wizard alone: this terminal stays as it was.
    $before = @{}
    foreach ($name in $variables.Keys) {
        $before[$name] = [Environment]::GetEnvironmentVariable($name)
        Set-Item -Path "Env:$name" -Value $variables[$name]
    }
    try {
        & $python[0] @rest @arguments
    }
    finally {
        foreach ($name in $before.Keys) {
            if ($null -ne $before[$name]) { Set-Item -Path "Env:$name" -Value $before[$name] }
            else { Remove-Item -Path "Env:$name" }
        }
    }
} @args

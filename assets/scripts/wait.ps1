function Test-Program([scriptblock] $Run) {
    $global:LASTEXITCODE = 0
    try {
        $null = & $Run
        return $LASTEXITCODE -eq 0
    } catch {
        return $false
    }
}

# Runs each program only if those before it have succeeded.
function Test-All([scriptblock[]] $Programs) {
    foreach ($each in $Programs) {
        if (-not (Test-Program $each)) { return $false }
    }
    return $true
}

# Waits until all programs succeed, in their order. Stops if $Alive has ended with 1 for too long.
function Wait-Until {
    param(
        [int] $Seconds, [int] $Patience, [string] $What, [string] $Closed,
        [scriptblock[]] $Ready, [scriptblock] $Alive
    )
    $minutes = [int] ($Seconds / 60)
    Write-Host "Waiting (at most $minutes minutes): $What"
    $waited = 0
    $gone = 0
    while (-not (Test-All $Ready)) {
        $runs = (Test-Program $Alive) -or $LASTEXITCODE -ne 1
        $gone = if ($runs) { 0 } else { $gone + 5 }
        if ($gone -gt $Patience) { throw $Closed }
        if ($waited -ge $Seconds) { throw "This did not happen within $minutes minutes." }
        Start-Sleep -Seconds 5
        $waited += 5
    }
}

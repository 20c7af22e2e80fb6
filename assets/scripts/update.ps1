# Installs the newest update of macOS with this name, unless it is present.
function Install-Update {
    param([string] $Name, [string] $Marker, [scriptblock] $Present)
    if (Test-Program $Present) { return }
    $null = New-Item -ItemType File -Force $Marker
    try {
        $labels = & 'softwareupdate' '-l' | ForEach-Object {
            if ($_ -match "^\s*\*\s+(?:Label:\s*)?($Name.*-([\d.]+))\s*$" -and $_ -notlike '* beta *') {
                [pscustomobject] @{ Label = $Matches[1]; Version = [version] "$($Matches[2]).0" }
            }
        }
        $newest = $labels | Sort-Object -Property Version | Select-Object -Last 1
        if (-not $newest) { throw "Apple's update servers offer no $Name for this macOS." }
        Invoke-AsRoot 'softwareupdate' '-i' $newest.Label
        if ($LASTEXITCODE -ne 0) { throw "It failed with exit code $LASTEXITCODE." }
    } finally {
        Remove-Item -LiteralPath $Marker
    }
}

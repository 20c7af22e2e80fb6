# Windows PowerShell 5.1 supports TLS 1.2, but may not use it by default.
$protocols = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
[Net.ServicePointManager]::SecurityProtocol = $protocols

function Save-Url([string] $Url, [string] $Path) {
    if ($Url -like 'file:*') { Copy-Item -LiteralPath ([Uri] $Url).LocalPath -Destination $Path }
    else { Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $Path }
}

# Downloads a file, and keeps it only if its SHA-256 is correct.
function Get-Checked {
    param([string] $Url, [string] $Path, [string] $Sum = '', [string] $SumUrl = '')
    $half = "$Path.part"
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($Path))
    if (-not $Sum) {
        Save-Url $SumUrl $half
        $Sum = "$(Get-Content -LiteralPath $half -TotalCount 1)".Trim() -replace '(?s)\s.*', ''
    }
    Save-Url $Url $half
    $found = (Get-FileHash -LiteralPath $half -Algorithm SHA256).Hash
    if ($found -ne $Sum) {
        Remove-Item -LiteralPath $half
        throw "$Url is not the published file: its SHA-256 is '$found', not '$Sum'."
    }
    Move-Item -LiteralPath $half -Destination $Path -Force
}

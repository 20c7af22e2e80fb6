# Writes Apple's authorities to a file, and those of an administrator that macOS trusts for TLS.
function Export-Authorities {
    param([string] $Path)
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($Path))
    $lines = @(& 'security' 'find-certificate' '-a' '-p' '@ROOTS@')
    if ($LASTEXITCODE -ne 0) { throw "It failed with exit code $LASTEXITCODE." }
    $one = @()
    foreach ($line in @(& 'security' 'find-certificate' '-a' '-p' '@SYSTEM@')) {
        if ($line -eq '-----BEGIN CERTIFICATE-----') { $one = @() }
        $one += $line
        if ($line -eq '-----END CERTIFICATE-----') {
            [System.IO.File]::WriteAllLines("$Path.one", [string[]] $one)
            & 'security' 'verify-cert' '-c' "$Path.one" '-p' 'ssl' '-l' '-L' '-q'
            if ($LASTEXITCODE -eq 0) { $lines += $one }
            Remove-Item -LiteralPath "$Path.one"
        }
    }
    [System.IO.File]::WriteAllLines($Path, [string[]] $lines)
}

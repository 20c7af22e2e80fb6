# Keeps a file only if the key with that fingerprint signed it.
function Confirm-Signature {
    param([string] $Url, [string] $File, [string] $Signer, [string] $Gpg)
    $signature = "$File.asc"
    try {
        Save-Url $Url $signature
        $said = & $Gpg '@CHECK@' '--verify' $signature $File
        if ($LASTEXITCODE -ne 0 -or -not ($said -match "@VALID@$Signer")) {
            throw 'gpg does not accept its signature.'
        }
    } catch {
        Remove-Item -LiteralPath $File
        throw "$File is not signed by $Signer, so it was deleted. $_"
    } finally {
        if (Test-Path -LiteralPath $signature) { Remove-Item -LiteralPath $signature }
    }
}

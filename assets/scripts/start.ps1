$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
# This script checks exit codes itself, in every version of PowerShell.
$PSNativeCommandUseErrorActionPreference = $false

# These variables would change where the installation goes.
$Elsewhere = @(
    '@REMOVED@'
)

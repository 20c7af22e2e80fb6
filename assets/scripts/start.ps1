$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
# In every PowerShell this script itself looks at exit codes.
$PSNativeCommandUseErrorActionPreference = $false

# These would send the installation somewhere else.
$Elsewhere = @(
    '@REMOVED@'
)

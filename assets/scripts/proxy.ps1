# The proxy of the system's settings, which these programs do not read.
if (-not ($env:https_proxy + $env:HTTPS_PROXY + $env:http_proxy + $env:all_proxy + $env:ALL_PROXY)) {

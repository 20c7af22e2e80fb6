# Whether a variable of the user names a proxy; then those of macOS's settings do not count.
function Test-NamedProxy {
    [bool]($env:https_proxy + $env:HTTPS_PROXY + $env:http_proxy + $env:all_proxy + $env:ALL_PROXY)
}

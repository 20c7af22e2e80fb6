"""What programs of macOS print about the Command Line Tools, from public logs."""

from __future__ import annotations

NOT_SELECTED = (
    # macOS 14.6.1: Swiss-Mac-User/macOS-scripted-setup#8.
    "xcode-select: error: Unable to get active developer directory. Use `sudo xcode-select "
    "--switch path/to/Xcode.app` to set one (or see `man xcode-select`)",
    # Older ones.
    "xcode-select: error: unable to get active developer directory, use `sudo xcode-select "
    "--switch path/to/Xcode.app` to set one (or see `man xcode-select`)",
)
"""``xcode-select -p`` without tools, with exit code 2."""
REQUESTED = (
    # hraban/mac-app-util#35.
    "xcode-select: note: No developer tools were found, requesting install.",
    # ohmyzsh/ohmyzsh#9342.
    "xcode-select: note: no developer tools were found at '/Applications/Xcode.app', requesting "
    "install. Choose an option in the dialog to download the command line developer tools.",
)
"""A placeholder without tools; a window opens."""
GONE = (
    "xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools), missing "
    "xcrun at: /Library/Developer/CommandLineTools/usr/bin/xcrun"
)
"""A placeholder after an upgrade of macOS: arguablykomodo/shadowfox-updater#25."""
XCODE_GONE = (
    'xcrun: error: active developer path ("/Applications/Xcode.app/Contents/Developer") does not '
    "exist"
)
"""A placeholder after Xcode was deleted: sballin/alfred-search-notes-app#17."""
NO_CLANG = 'xcrun: error: unable to find utility "clang", not a developer tool or in PATH'
"""DyCI/dyci-main#99."""
LICENCE = (
    # Exit code 69: expo/xde#20.
    "You have not agreed to the Xcode license agreements. Please run 'sudo xcodebuild -license' "
    "from within a Terminal window to review and agree to the Xcode and Apple SDKs license.",
    # bazelbuild/continuous-integration#842.
    "Agreeing to the Xcode/iOS license requires admin privileges, please run “sudo xcodebuild "
    "-license” and then retry this command.",
)
INSTALLED_ALREADY = (
    "xcode-select: error: command line tools are already installed, use "
    '"Software Update" to install updates'
)
"""``xcode-select --install``, exit code 1: Homebrew/brew#2773."""

# ``softwareupdate -l``, the labels of the newest tools in it, and the source.
_HEAD = "Software Update Tool\n\nFinding available software\n"
_FOUND = f"{_HEAD}Software Update found the following new or updated software:\n"
UPDATES = {
    "timsutton/osx-vm-templates#24": (
        f"""{_FOUND}   * Command Line Tools (OS X 10.10)-6.0
\tCommand Line Tools (OS X 10.10) (6.0), 109150K [recommended]
   * Command Line Tools (OS X 10.10)-6.1
\tCommand Line Tools (OS X 10.10) (6.1), 173638K [recommended]
""",
        "Command Line Tools (OS X 10.10)-6.1",
    ),
    "timsutton/osx-vm-templates#89": (
        f"""{_FOUND}   * Command Line Tools (macOS El Capitan version 10.11) for Xcode-8.2
\tCommand Line Tools (macOS El Capitan version 10.11) for Xcode (8.2), 150374K [recommended]
   * Command Line Tools (macOS High Sierra version 10.13) for Xcode-9.1
\tCommand Line Tools (macOS High Sierra version 10.13) for Xcode (9.1), 177264K [recommended]
   * macOS 10.13.1 Update-10.13.1
\tmacOS 10.13.1 Update (10.13.1), 1435937K [recommended] [restart]
   * iTunesX-12.7.1
\tiTunes (12.7.1), 257176K [recommended]
""",
        "Command Line Tools (macOS High Sierra version 10.13) for Xcode-9.1",
    ),
    "Homebrew/install#206": (
        f"""{_FOUND}   * macOS 10.14.5 Update-\x20
\tmacOS 10.14.5 Update ( ), 2420848K [recommended] [restart]
   * Command Line Tools beta 1 for Xcode-11.0
\tCommand Line Tools beta 1 for Xcode (11.0), 243172K [recommended]
""",
        "",
    ),
    "timsutton/osx-vm-templates#101": (
        f"""{_FOUND}* Label: Command Line Tools for Xcode-11.2
\tTitle: Command Line Tools for Xcode, Version: 11.2, Size: 224942K, Recommended: YES,\x20
* Label: Command Line Tools for Xcode-11.3
\tTitle: Command Line Tools for Xcode, Version: 11.3, Size: 224878K, Recommended: YES,\x20
""",
        "Command Line Tools for Xcode-11.3",
    ),
    "Homebrew/brew#14061": (
        f"""{_FOUND}* Label: Command Line Tools for Xcode-14.1
\tTitle: Command Line Tools for Xcode, Version: 14.1, Size: 687455KiB, Recommended: YES\x20
""",
        "Command Line Tools for Xcode-14.1",
    ),
    "macOS 15 with tools of three years": (
        f"""{_FOUND}* Label: Command Line Tools for Xcode-16.2
\tTitle: Command Line Tools for Xcode, Version: 16.2, Size: 751786KiB, Recommended: YES,\x20
* Label: Command Line Tools for Xcode 26.2-26.2
\tTitle: Command Line Tools for Xcode 26.2, Version: 26.2, Size: 858715KiB, Recommended: YES,\x20
* Label: Command Line Tools for Xcode-16.4
\tTitle: Command Line Tools for Xcode, Version: 16.4, Size: 861558KiB, Recommended: YES,\x20
* Label: Safari26.2SequoiaAuto-26.2
\tTitle: Safari, Version: 26.2, Size: 224749KiB, Recommended: YES,\x20
""",
        "Command Line Tools for Xcode 26.2-26.2",
    ),
    "macOS 26": (
        f"""{_FOUND}* Label: Command Line Tools for Xcode 26.4-26.4.1
\tTitle: Command Line Tools for Xcode 26.4, Version: 26.4.1, Size: 920104KiB, Recommended: YES,\x20
* Label: Command Line Tools for Xcode 26.4-26.4
\tTitle: Command Line Tools for Xcode 26.4, Version: 26.4, Size: 920104KiB, Recommended: YES,\x20
* Label: macOS Tahoe 26.4.1-25E253
\tTitle: macOS Tahoe 26.4.1, Version: 26.4.1, Size: 6983632KiB, Recommended: YES,\x20
""",
        "Command Line Tools for Xcode 26.4-26.4.1",
    ),
    "Homebrew/brew#2773": ("Software Update Tool\n\nFinding available software\n", ""),
}

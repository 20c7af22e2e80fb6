# Made by `make dist` from packaging/homebrew: the words in @…@ are filled in there.
class CryptographyWizard < Formula
  desc "Wizard that gets the Python package cryptography working, and proves it"
  homepage "https://cryptography-wizard.example/"
  url "https://cryptography-wizard.example/cryptography-wizard.pyz", using: :nounzip
  version "@VERSION@"
  sha256 "@PYZ_SHA256@"
  license "Apache-2.0"

  depends_on "python@3.13"

  def install
    # Python finds the zip file from its end, so its first line can name Homebrew's Python.
    program = bin/"cryptography-wizard"
    rest = Pathname("cryptography-wizard.pyz").binread.split("\n", 2).last
    bin.mkpath
    program.binwrite("#!#{Formula["python@3.13"].opt_bin}/python3.13\n".b + rest)
    program.chmod 0755
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/cryptography-wizard --version")
    (testpath/"pip.log").write "error: can't find Rust compiler\n"
    assert_match "Rust", shell_output("#{bin}/cryptography-wizard diagnose pip.log")
  end
end

package io.pipit.packaging;

import org.jspecify.annotations.Nullable;

/** What a package is for, and what the libraries call that. */
enum Architecture {
    AMD64("amd64", "x86_64", "x86_64", ""),
    ARM64("arm64", "aarch64", "aarch_64", ""),
    ARMHF(
            "armhf",
            "armv7",
            null,
            """
             .
             The package for armhf was built, and never run on such a machine. TLS is
             Java's own there, and slower.
            """);

    private final String debian;
    private final String sqlite;
    private final @Nullable String tcnative;
    private final String remark;

    Architecture(String debian, String sqlite, @Nullable String tcnative, String remark) {
        this.debian = debian;
        this.sqlite = sqlite;
        this.tcnative = tcnative;
        this.remark = remark;
    }

    /** Debian's name of it. */
    String debian() {
        return debian;
    }

    /** The folder of the SQLite library within its jar. */
    String sqlite() {
        return sqlite;
    }

    /** The end of BoringSSL's name, where Netty has one for it. */
    @Nullable String tcnative() {
        return tcnative;
    }

    /** What is to be said of it at the end of the package's description. */
    String remark() {
        return remark;
    }
}

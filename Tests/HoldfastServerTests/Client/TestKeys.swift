#if Server

/// Keys and certificates that tests alone know; they protect nothing.
enum TestKeys {
    static let firstCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBqzCCAVGgAwIBAgIUJ+MEZ47x+TZVDP5IfOzRq8mPPVwwCgYIKoZIzj0EAwIw
        HDEaMBgGA1UEAwwRaG9sZGZhc3QtdGVzdC1vbmUwIBcNMjYxMTIxMDQyNDQzWhgP
        MjEyNjEwMjgwNDI0NDNaMBwxGjAYBgNVBAMMEWhvbGRmYXN0LXRlc3Qtb25lMFkw
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELeeYKL01Jx3upGYIOmFjyBt5wgn8xale
        g19Lk85hqCjaLn+0rCJ6jXA/YE9liKb0PNrtkwMbqwJui6maQmTVBqNvMG0wHQYD
        VR0OBBYEFD1ozpzpo0Jec+j/qoGfIspQwBg5MB8GA1UdIwQYMBaAFD1ozpzpo0Je
        c+j/qoGfIspQwBg5MA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxo
        b3N0hwR/AAABMAoGCCqGSM49BAMCA0gAMEUCIQCiUV23Oos1SKS06S2fCaJOemLt
        zDstDGBb83olUrogTgIgHNhZgC5NmxIr03dBdBNrpr7/CxL+kpXIZPBZvk+l9y4=
        -----END CERTIFICATE-----

        """

    static let firstKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgs72iLM2E1yUMV4jY
        pr0UTtL26x3VKq/brK8BZwyaAwuhRANCAAQt55govTUnHe6kZgg6YWPIG3nCCfzF
        qV6DX0uTzmGoKNouf7SsInqNcD9gT2WIpvQ82u2TAxurAm6LqZpCZNUG
        -----END PRIVATE KEY-----

        """

    static let firstPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELeeYKL01Jx3upGYIOmFjyBt5wgn8
        xaleg19Lk85hqCjaLn+0rCJ6jXA/YE9liKb0PNrtkwMbqwJui6maQmTVBg==
        -----END PUBLIC KEY-----

        """

    static let secondCertificate = """
        -----BEGIN CERTIFICATE-----
        MIIBqzCCAVGgAwIBAgIUPI2+gkaxo9GodKsx1mkUlYSHO+kwCgYIKoZIzj0EAwIw
        HDEaMBgGA1UEAwwRaG9sZGZhc3QtdGVzdC10d28wIBcNMjYxMTIxMDQyNDQzWhgP
        MjEyNjEwMjgwNDI0NDNaMBwxGjAYBgNVBAMMEWhvbGRmYXN0LXRlc3QtdHdvMFkw
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOW5RGACrMJIrD7/3oczZm9IFGsvIyyqt
        Jv4hi0GKt45CPnvYYM0VdmTlZN/q/sHZ7iE9k8+s9qxzCtnJR00xV6NvMG0wHQYD
        VR0OBBYEFAtQKcXrToPV0yjYFvwXnDRY2DMdMB8GA1UdIwQYMBaAFAtQKcXrToPV
        0yjYFvwXnDRY2DMdMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxo
        b3N0hwR/AAABMAoGCCqGSM49BAMCA0gAMEUCIQCpaV2f2akSwihGkvTKoDoFBEVC
        nPcpXIoc8CzXrgddvQIgC5qGMy2gONt/NHH2ZQXr+v7vMNgBwWtWqeP2aVejPpU=
        -----END CERTIFICATE-----

        """

    static let secondKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoACl3BQ4MujFNnvi
        MPMGtw0ifgLrJ3FzHVPgmrImNkShRANCAAQ5blEYAKswkisPv/ehzNmb0gUay8jL
        Kq0m/iGLQYq3jkI+e9hgzRV2ZOVk3+r+wdnuIT2Tz6z2rHMK2clHTTFX
        -----END PRIVATE KEY-----

        """

    static let edwardsKey = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIEGjbxEsVTvcl4+D55FxSS3QZ2ONPhof/eU6Lw0bczGc
        -----END PRIVATE KEY-----

        """

    static let edwardsPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEALhjWdOdEimRXsAkXDjt0C0hGJq9p0TQbFvlami5lFc0=
        -----END PUBLIC KEY-----

        """

    static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCwkMPWLVtISocY
        w1TrobYmSjIPY6TH3EdOgpoKnTt7nf3P1BBpAmfe+8gzm1DVQ1HryasfrMtVbyVD
        CNM7dP9Y7SAhKfZXaaJqoBFbkHIf4VFfbUBJOqqPRKep4zSOpdT/yPZbB9tYElCP
        hBpHClm9EiYPzCtwJWN61T2Rsl5PN5xUCmsHkwJ/xCCaWnODV20iWGzyHf4tdJVh
        hA93pEmwDeToMeCwDJLFIHUpvQu1cvclqwWNdJ54qyIDnX7CE4Pf+2uDphszU1CT
        kNTKOxJUAAY7fGOz1dbk3GOIDNwIcoHurp1s2CsSUzgh14SdxtUJg7f6PDjfJ0oW
        ibBRBZ63AgMBAAECggEAET0asb2QU2WOlrjzgJhmtVeHJBnn2ILF2RqtOYR41N/r
        2PyGdNcBFzQT+HeDxxHUj/Kkdeo9mMpj1ycOBv8Sszb4bRewvBlNlZ8QZfubX0hB
        1QRQqeJ3DP5FNGdBFjBT56+4rDiYwZrAKZ/A0dcz3cVFpama3OjGZq0mxSPaGCrw
        WrjG7VWWz3HzzWzITnerDSG8UQHMT9hkYUp4TQBfkaFoSSvaW/7URwTZzcDPTIi9
        14Apa3s8xKtnESctpHeu7OzCyyKYN09fzAHcjiB9tjACX+J2s5ni1SBYFyEIft1h
        NEkjUUQEkwvliGl5PzhXtKqhU59ZvFvW4IEDpApWEQKBgQD5NWxs3JqX6v3ENOUa
        SyKwMoBE5TXjavvn1ybvtcgU4dfySuNB54wLQY7l3UOPY9F4Xdwxe+05Iu7JwTUk
        nSgab8+t3BOLtEYYXaNAc7VrEBMog6djXxBmkSyQXbCSlaHf500rtR6j9RUoKI5i
        /rrKQmKs/nqiUKPcvIsQnv2/jwKBgQC1YI3oSV9UPSg8hrjm66mK90lY50UUgjBt
        193ha7fnTOdFFNTqmQ1ZZ+rbv06gTAcqm8AJTWllMdEo7D4y9z+hbRQnqnpE6GUj
        dn3olLOrfr/RV/gzmIO6IGWDDpj0h6428mDcJhhvWLFN71rw3OSavKpURwBnTU7g
        07rHeE6aWQKBgBfJ8b+yj09RL0g7hGMuKPGI4JWzC6HZ5JINB7p6L89Of76xR2BT
        Khso9usaZAicDrLewtY2bj62BvVbbCdCmUFsyvZdu7/qRYat6ZeNdBP0RN/pMWFb
        AcXItehSCTj0767f9Y3mjDY6fvqGZJEun8YO8DxzTmGQMRQxK1U62B4hAoGAExGF
        mcgs94Q+eK6JPe3Es1FwKqKVxqQxRzsMnqheezjAj6izAb75gk7EiDnCoGOd1ULu
        m4vB6tuj67N6jo0j6Wq4Vbs8g4YTK/lHH26SvRLkQ7QF6ha8spK5WV/tgLfK/wfY
        Wwy+QOaILXNekjgG6KWxGo8kYbfk9QoNdu8VBHECgYAAiFZLY0x7jHCbk8NCfDe5
        /LlcIKGzDvsec5yQhwn1FY0K+ItPstw0hNlc8kG0K9hIRIZGwywz0MpGjmi0HyZM
        P/evtEXYRCEGup7+sf/fgYHogX5ocYU6MgQ3RAvridq+5PirXPXI1nqwTbAYGosx
        LyfmvVrGut5gwJIZ9a8/hw==
        -----END PRIVATE KEY-----

        """

    static let rsaPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsJDD1i1bSEqHGMNU66G2
        JkoyD2Okx9xHToKaCp07e539z9QQaQJn3vvIM5tQ1UNR68mrH6zLVW8lQwjTO3T/
        WO0gISn2V2miaqARW5ByH+FRX21ASTqqj0SnqeM0jqXU/8j2WwfbWBJQj4QaRwpZ
        vRImD8wrcCVjetU9kbJeTzecVAprB5MCf8Qgmlpzg1dtIlhs8h3+LXSVYYQPd6RJ
        sA3k6DHgsAySxSB1Kb0LtXL3JasFjXSeeKsiA51+whOD3/trg6YbM1NQk5DUyjsS
        VAAGO3xjs9XW5NxjiAzcCHKB7q6dbNgrElM4IdeEncbVCYO3+jw43ydKFomwUQWe
        twIDAQAB
        -----END PUBLIC KEY-----

        """
}

#endif

package pikachu.server.entities;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExecTest {
    @ParameterizedTest
    @CsvSource({
        "UEsDBA==, true",
        "' UEsDBAo= ', true",
        "abcd, true",
        "abcde, false",
        "'', false",
        "'   ', false",
        "ab=d, false",
        "====, false",
        "def main(x): pass, false",
        "ab+/, true"
    })
    void takesForBase64WhatReadsAsBase64(String code, boolean isBinary) {
        assertThat(Exec.looksBinary(code.getBytes(StandardCharsets.UTF_8))).isEqualTo(isBinary);
    }
}

package org.anonymouscloud.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:7420", "[::1]:7420", "cloud.example:0", "0.0.0.0:65535"})
  void anAddressIsPrintedAsItIsRead(String text) {
    assertThat(ListenAddress.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "7420", ":7420", "::1:7420", "host:", "host:65536", "host:-1", "host:123456"})
  void whatIsNoAddressIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ListenAddress.parse(text));
  }

  @Test
  void aServerOnAllAddressesIsReachedByTheMachinesName() throws Exception {
    assertThat(ListenAddress.parse("0.0.0.0:1").reachableHost()).isNotEqualTo("0.0.0.0");
    assertThat(ListenAddress.parse("[::]:1").reachableHost()).isNotEqualTo("::");
    assertThat(ListenAddress.parse("127.0.0.1:1").reachableHost()).isEqualTo("127.0.0.1");
  }

  @Test
  void aMachineThatNobodyKnowsIsNamed() {
    assertThatExceptionOfType(CannotStart.class)
        .isThrownBy(() -> ListenAddress.parse("no-such-host.invalid:1").resolve())
        .withMessageContaining("no-such-host.invalid");
  }
}

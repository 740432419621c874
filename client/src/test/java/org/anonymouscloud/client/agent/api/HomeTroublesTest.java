package org.anonymouscloud.client.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.anonymouscloud.client.home.Home;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.plugin.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HomeTroublesTest {
  @TempDir private Path folder;

  private Problem told(Exception failure) {
    return new HomeTroubles(new Home(folder), false).problem(failure).orElseThrow();
  }

  @Test
  void whoseOwnServerIsAwayIsToldToStartItAgain() throws Exception {
    ConnectFailed away = ConnectFailed.unreachable("127.0.0.1", 7420);
    assertThat(told(away)).hasMessage(away.getMessage());

    new Home(folder).rememberLocalServer("anoncloud://127.0.0.1:7420");
    assertThat(told(away)).hasMessageContaining("'anoncloud up' here");
    assertThat(told(away).kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
    assertThat(told(new Problem(Problem.Kind.UNAVAILABLE, "No server.", away)))
        .as("as a plugin may say it")
        .hasMessageContaining("'anoncloud up' here");
    ConnectFailed other = ConnectFailed.unreachable("127.0.0.1", 7421);
    assertThat(told(other)).hasMessage(other.getMessage());

    new Home(folder).rememberLocalServer("no address");
    assertThat(told(away)).hasMessage(away.getMessage());
  }

  @Test
  void aFullDiskOfTheStateFolderIsNamed() {
    Problem full = told(new FileSystemException("a", null, "No space left on device"));
    assertThat(full).hasMessageContaining("The disk of the state folder " + folder + " is full");
    assertThat(full.kind()).isEqualTo(Problem.Kind.NO_SPACE);
    assertThat(told(new IOException("torn"))).hasMessage("torn");
  }

  @Test
  void aFullDiskOfTheOwnServerIsSaidWithItsFolderAndNumbers() {
    assertThat(HomeTroubles.lacking(folder, 40L << 20).orElseThrow())
        .contains(folder.toString(), "40.0 MiB free", "32.0 MiB are held back", "Make room");
    assertThat(HomeTroubles.lacking(folder, 1L << 30)).isEmpty();
    assertThat(new HomeTroubles(new Home(folder), false).lacking())
        .as("without a server of its own")
        .isEmpty();
  }
}

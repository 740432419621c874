package org.anonymouscloud.vault.client.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.vault.client.fixture.DriveFiles;
import org.anonymouscloud.vault.client.fixture.TestServer;
import org.anonymouscloud.vault.client.format.LinkTarget;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinkTest {
  private static final Instant TIME = Instant.parse("2026-10-01T12:00:00.000000001Z");

  @TempDir private Path folder;
  private TestServer server;
  private Drive drive;

  @BeforeEach
  void open() throws IOException {
    server = TestServer.start(folder);
    drive = Drive.home(server.account(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    drive.close();
    server.close();
  }

  /** A page has room for three of the longest entries. */
  @Test
  void aFolderHoldsAnyNumberOfTheLongestLinks() throws Exception {
    SortedMap<String, String> expected = new TreeMap<>();
    try (Batch batch = drive.batch()) {
      for (int i = 0; i < 200; i++) {
        String name = "/" + i + "-" + "n".repeat(250);
        String target = "t".repeat(i % 3 == 0 ? 1 : LinkTarget.MAX_LENGTH);
        link(batch, name, target);
        expected.put(name, "-> " + target);
      }
      batch.commit();
    }
    assertThat(DriveFiles.tree(drive)).isEqualTo(expected);

    try (Batch batch = drive.batch()) {
      for (String name : expected.keySet().stream().filter(n -> n.charAt(1) == '1').toList()) {
        batch.remove(VaultPath.of(name), false, new Precondition.Anything());
        expected.remove(name);
      }
      batch.commit();
    }
    assertThat(DriveFiles.tree(drive)).isEqualTo(expected);
  }

  @Test
  void aLinkAndAFileTakeEachOthersPlaceAndAFolderStays() throws Exception {
    write("/x", 1);
    try (Batch batch = drive.batch()) {
      link(batch, "/x", "y");
      link(batch, "/x", "z");
      batch.makeFolder(VaultPath.of("/folder"), TIME);
      batch.commit();
    }
    assertThat(DriveFiles.tree(drive)).containsEntry("/x", "-> z");
    write("/x", 2);
    assertThat(DriveFiles.read(drive, "/x")).containsExactly(2);
    try (Batch batch = drive.batch()) {
      assertThatThrownBy(() -> link(batch, "/folder", "x")).isInstanceOf(PathRefused.class);
    }
  }

  @Test
  void aFileAndThenALinkOfOneBatchLeaveTheLink() throws Exception {
    try (Batch batch = drive.batch()) {
      batch.write(
          VaultPath.of("/x"),
          new ByteArrayInputStream(new byte[] {1}),
          new Attributes(TIME, false),
          new Precondition.Anything());
      link(batch, "/x", "y");
      batch.commit();
    }
    assertThat(DriveFiles.tree(drive)).containsEntry("/x", "-> y");
  }

  @Test
  void ofTwoLinksAtOnePlaceBothStay() throws Exception {
    write("/other", 1);
    try (Drive second = Drive.home(server.account(), Clock.systemUTC());
        Batch slow = drive.batch()) {
      link(slow, "/x", "mine");
      try (Batch quick = second.batch()) {
        link(quick, "/x", "yours");
        quick.commit();
      }
      assertThat(slow.commit().conflicts()).hasSize(1);
    }
    assertThat(DriveFiles.tree(drive).values()).contains("-> mine", "-> yours");
  }

  private static void link(Batch batch, String path, String target) throws IOException {
    batch.link(VaultPath.of(path), new LinkTarget(target), TIME);
  }

  private void write(String path, int octet) throws IOException {
    try (Batch batch = drive.batch()) {
      batch.write(
          VaultPath.of(path),
          new ByteArrayInputStream(new byte[] {(byte) octet}),
          new Attributes(TIME, false),
          new Precondition.Anything());
      batch.commit();
    }
  }
}

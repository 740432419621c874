package org.anonymouscloud.core.account.client.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anonymouscloud.core.account.protocol.AccountMessages;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.RecordStore;
import org.anonymouscloud.core.plugin.RecordsRolledBack;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A folder that was put back from a backup has keys that were used up meanwhile. */
@Tag("A23")
final class OldCopyTest extends RecordsFixture {
  private void use(RecordStore chat, String key) throws IOException {
    put(chat, "ratchet", key);
    chat.settle();
  }

  /** A device with a copy of it from before its last key was used up. */
  private Path copyBeforeTheLastKey() throws IOException {
    DeviceRecords device = open();
    use(chat(device), "key 1");
    device.close();
    Path old = copy("backup");
    device = open();
    use(chat(device), "key 2");
    device.close();
    return old;
  }

  @Test
  void anOldCopyIsRefusedFromTheFirstSessionOn() throws Exception {
    putBack(copyBeforeTheLastKey());
    DeviceRecords device = open();

    device.compare(server);

    RecordStore chat = chat(device);
    assertThatThrownBy(() -> chat.get("ratchet")).isInstanceOf(RecordsRolledBack.class);
    assertThatThrownBy(() -> chat.list("")).isInstanceOf(RecordsRolledBack.class);
    assertThatThrownBy(() -> put(chat, "ratchet", "key 2")).isInstanceOf(RecordsRolledBack.class);
    assertThatThrownBy(chat::settle).isInstanceOf(RecordsRolledBack.class);
    device.close();
    assertThatThrownBy(() -> chat(open()).get("ratchet"))
        .as("also of the next process, without a server")
        .isInstanceOf(RecordsRolledBack.class);
  }

  @Test
  void anOldCopyThatWentOnWithoutTheServerIsRefusedBeforeAnythingLeaves() throws Exception {
    putBack(copyBeforeTheLastKey());
    RecordStore chat = chat(open());
    for (int i = 0; i < 10; i++) {
      put(chat, "ratchet", "key " + (2 + i));
    }
    byte[] marked = server.mark();

    assertThatThrownBy(chat::settle).isInstanceOf(RecordsRolledBack.class);

    assertThat(server.mark()).isEqualTo(marked);
    assertThatThrownBy(() -> chat.get("ratchet")).isInstanceOf(RecordsRolledBack.class);
  }

  @Test
  void theOldCopyIsRefusedEachTimeItIsPutBack() throws Exception {
    Path old = copyBeforeTheLastKey();
    for (int i = 0; i < 3; i++) {
      putBack(old);
      DeviceRecords device = open();
      device.compare(server);
      RecordStore chat = chat(device);
      assertThatThrownBy(() -> chat.get("ratchet")).isInstanceOf(RecordsRolledBack.class);
      chat.reset();
      use(chat, "a new one");
      device.close();
    }
  }

  @Test
  void ofTwoCopiesAtWorkOneIsRefused() throws Exception {
    DeviceRecords first = open();
    use(chat(first), "key 1");
    first.close();
    Path twin = copy("twin");
    RecordStore here = chat(open());
    RecordStore there = chat(open(twin));
    put(here, "ratchet", "key 2");
    put(there, "ratchet", "key 2");

    here.settle();

    assertThatThrownBy(there::settle).isInstanceOf(RecordsRolledBack.class);
    there.reset();
    use(there, "new keys");
    put(here, "ratchet", "key 3");
    assertThatThrownBy(here::settle).isInstanceOf(RecordsRolledBack.class);
  }

  @Test
  void aFeatureThatBeganAnewGoesOnAndAnotherStaysRefused() throws Exception {
    DeviceRecords device = open();
    put(new FeatureRecords(device, "other", server), "ratchet", "key 1");
    device.close();
    putBack(copyBeforeTheLastKey());
    device = open();
    device.compare(server);
    RecordStore chat = chat(device);
    RecordStore other = new FeatureRecords(device, "other", server);

    chat.reset();
    assertThat(chat.list("")).isEmpty();
    use(chat, "a new one");

    assertThatThrownBy(() -> other.get("ratchet")).isInstanceOf(RecordsRolledBack.class);
    assertThatThrownBy(other::settle).isInstanceOf(RecordsRolledBack.class);
    device.close();
    device = open();
    device.compare(server);
    assertThat(text(chat(device), "ratchet")).isEqualTo("a new one");
    RecordStore again = new FeatureRecords(device, "other", server);
    assertThatThrownBy(() -> again.get("ratchet")).isInstanceOf(RecordsRolledBack.class);
    again.reset();
    put(again, "ratchet", "new as well");
    again.settle();
  }

  @Test
  void aFolderThatLostItsRecordsIsRefusedOnceTheyAreUsedUp() throws Exception {
    var _ = copyBeforeTheLastKey();
    Files.delete(file());
    RecordStore chat = chat(open());
    put(chat, "ratchet", "key 1");

    assertThatThrownBy(chat::settle).isInstanceOf(RecordsRolledBack.class);
  }

  @Test
  void changesThatWereNotSettledAreNoOldCopy() throws Exception {
    DeviceRecords device = open();
    use(chat(device), "key 1");
    put(chat(device), "ratchet", "key 2");
    device.close();
    device = open();

    device.compare(server);

    assertThat(text(chat(device), "ratchet")).isEqualTo("key 2");
    chat(device).settle();
  }

  @Test
  void anAnswerThatWasLostMakesNoOldCopy() throws Exception {
    DeviceRecords device = open();
    use(chat(device), "key 1");
    server.loseAnswers(true);
    for (int i = 0; i < 3; i++) {
      put(chat(device), "ratchet", "key 2");
      assertThatThrownBy(chat(device)::settle).isInstanceOf(IOException.class);
    }
    server.loseAnswers(false);
    put(chat(device), "ratchet", "key 3");
    chat(device).settle();
    server.loseAnswers(true);
    put(chat(device), "ratchet", "key 4");
    assertThatThrownBy(chat(device)::settle).isInstanceOf(IOException.class);
    device.close();
    server.loseAnswers(false);

    DeviceRecords later = open();
    later.compare(server);
    assertThat(text(chat(later), "ratchet")).isEqualTo("key 4");
    use(chat(later), "key 5");
  }

  @Test
  void aMarkThatDidNotArriveIsSentAgain() throws Exception {
    DeviceRecords device = open();
    use(chat(device), "key 1");
    int puts = server.puts();
    server.goAway(true);
    put(chat(device), "ratchet", "key 2");
    assertThatThrownBy(chat(device)::settle).isInstanceOf(IOException.class);
    server.goAway(false);

    chat(device).settle();
    assertThat(server.puts()).isEqualTo(puts + 1);

    chat(device).settle();
    assertThat(server.puts()).as("nothing has changed since").isEqualTo(puts + 1);
  }

  @Test
  void aServerThatWasRestoredFromABackupMakesNoOldCopy() throws Exception {
    DeviceRecords device = open();
    use(chat(device), "key 1");
    byte[] backup = server.mark();
    use(chat(device), "key 2");
    byte[] newest = server.mark();
    use(chat(device), "key 3");
    device.close();

    for (byte[] restored : new byte[][] {backup, newest, new byte[0]}) {
      server.restore(restored);
      device = open();
      device.compare(server);
      assertThat(text(chat(device), "ratchet")).isEqualTo("key 3");
      chat(device).settle();
      assertThat(server.mark()).as("it learns of it again").isNotEqualTo(restored);
      device.close();
    }
  }

  @Test
  void aMarkThatThisDeviceDidNotMakeIsRefused() throws Exception {
    DeviceRecords device = open();
    use(chat(device), "key 1");
    byte[] flipped = server.mark();
    flipped[60] ^= 1;
    byte[] anothers;
    try (Secret secret = Secret.random(32);
        RecordKeys other = new RecordKeys(secret)) {
      anothers = other.sealMark(99);
    }
    for (byte[] forged : new byte[][] {flipped, anothers, RandomBytes.next(81), {1}}) {
      server.restore(forged);
      DeviceRecords later = open();
      device.close();
      device = later;
      RecordStore chat = chat(later);
      assertThatThrownBy(() -> later.compare(server)).isInstanceOf(MarkRefused.class);
      put(chat, "ratchet", "key 2");
      assertThatThrownBy(chat::settle).isInstanceOf(MarkRefused.class);
    }
  }

  @Test
  void recordsThatCannotBeReadKeepNobodyFromTheServer() throws Exception {
    DeviceRecords device = open();
    use(chat(device), "key 1");
    device.close();
    Files.write(file(), RandomBytes.next(5_000));
    DeviceRecords later = open();

    later.compare(server);

    assertThatThrownBy(() -> chat(later).get("ratchet")).isInstanceOf(RecordsDamaged.class);
  }

  @Test
  void aMarkHasTheLengthThatTheServerTakes() throws Exception {
    use(chat(open()), "key 1");

    assertThat(server.mark()).hasSize(AccountMessages.MarkPut.LENGTH);
  }
}

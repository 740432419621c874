package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.sheet.AccountKey;
import org.anonymouscloud.core.account.client.sheet.EmergencySheet;
import org.anonymouscloud.core.account.client.sheet.RecoveryWords;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SheetFileTest {
  @TempDir private Path folder;

  @Test
  void theSheetIsItsOwnersAloneAndHoldsTheKeyThatIsWrittenApart() throws Exception {
    Path sheet = folder.resolve("sheet");
    Path key = folder.resolve("key");
    try (AccountKey accountKey = AccountKey.random();
        RecoveryWords words = RecoveryWords.random();
        Secret text =
            new EmergencySheet("anoncloud://h:1", new UserName("alice"), accountKey, words).text();
        Secret expected = accountKey.text()) {
      SheetFile.write(sheet, text);
      SheetFile.writeAccountKey(key, text);

      assertThat(sheet).hasBinaryContent(text.bytes());
      assertThat(key).hasContent(new String(expected.bytes(), UTF_8) + "\n");
    }
    for (Path file : new Path[] {sheet, key}) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void eachWordOfTheSheetIsFoundByItsNumberAndIsKnownWhenItIsTyped() throws Exception {
    try (AccountKey accountKey = AccountKey.random();
        RecoveryWords words = RecoveryWords.random();
        Secret text =
            new EmergencySheet("anoncloud://h:1", new UserName("alice"), accountKey, words).text();
        Secret expected = words.text()) {
      String[] all = new String(expected.bytes(), UTF_8).split(" ", -1);
      for (int number = 1; number <= all.length; number++) {
        byte[] word = SheetFile.word(text, number);
        assertThat(new String(word, UTF_8)).isEqualTo(all[number - 1]);
        assertThat(SheetOptions.isWord((all[number - 1] + " ").toCharArray(), word)).isTrue();
        assertThat(SheetOptions.isWord((all[number - 1] + "s").toCharArray(), word)).isFalse();
        assertThat(SheetOptions.isWord(all[number - 1].substring(1).toCharArray(), word)).isFalse();
      }
    }
  }

  @Test
  void aSheetWhoseNameSaysSoIsAPage() throws Exception {
    Path page = folder.resolve("sheet.HTML");
    try (AccountKey accountKey = AccountKey.random();
        RecoveryWords words = RecoveryWords.random();
        Secret text =
            new EmergencySheet("anoncloud://h:1", new UserName("alice"), accountKey, words)
                .text()) {
      SheetFile.write(page, text);
    }
    assertThat(page).content().startsWith("<!DOCTYPE html>").contains("Recovery words", "<svg");
  }

  @Test
  void anotherFileIsNeverReplaced() throws Exception {
    Path file = Files.writeString(folder.resolve("sheet"), "another sheet");

    assertThatExceptionOfType(Problem.class).isThrownBy(() -> SheetFile.requireNew(file));
    try (Secret text = Secret.of("new".getBytes(UTF_8))) {
      assertThatExceptionOfType(Problem.class)
          .isThrownBy(() -> SheetFile.write(file, text))
          .withMessageContaining(file.toString());
    }
    assertThat(file).hasContent("another sheet");
  }

  @Test
  void aFolderThatIsNotThereIsToldBeforeAnythingIsDone() {
    assertThatExceptionOfType(Problem.class)
        .isThrownBy(() -> SheetFile.requireNew(folder.resolve("no/such/sheet")));
  }
}

package org.anonymouscloud.core.account.client.sheet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountKeyTest {
  @Test
  void aKeyIsReadAsItWasPrintedInAnyCase() throws Exception {
    AccountKey key = AccountKey.random();
    String text = new String(key.text().bytes(), US_ASCII);

    assertThat(text).matches("([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}");
    assertThat(parse(text).secret().sameAs(key.secret())).isTrue();
    assertThat(parse(text.replace("-", " ").toLowerCase(java.util.Locale.ROOT)).secret().bytes())
        .isEqualTo(key.secret().bytes());
  }

  @Test
  void aWrongCharacterIsNoticed() {
    String text = new String(AccountKey.of(Secret.of(new byte[16])).text().bytes(), US_ASCII);
    for (int i = 0; i < 4; i++) {
      String wrong = text.substring(0, i) + "7" + text.substring(i + 1);
      assertThatThrownBy(() -> parse(wrong)).hasMessageContaining("typing error");
    }
    assertThatThrownBy(() -> parse(text + "0")).hasMessageContaining("too long");
    assertThatThrownBy(() -> parse("0000")).hasMessageContaining("too short");
    assertThatThrownBy(() -> parse("u" + text)).hasMessageContaining("Character 1 ");
  }

  @Test
  void wordsAndBytesAreTheVectors() throws Exception {
    String file = "bip39/english-vectors.json";
    int ran = 0;
    for (JsonNode vector : Vectors.read(file)) {
      byte[] text = vector.get("mnemonic").asText().getBytes(US_ASCII);
      int count = vector.get("mnemonic").asText().split(" ", -1).length;
      Secret entropy = Secret.of(Vectors.hex(vector, "entropy"));

      assertThat(Bip39.encode(entropy).bytes()).isEqualTo(text);
      assertThat(Bip39.decode(text, count).sameAs(entropy)).isTrue();
      ran++;
    }
    Vectors.assertCount(file, ran);
  }

  @Test
  void aSheetIsWrittenOnceForItsOwnerAlone(@TempDir Path folder) throws Exception {
    AccountKey key = AccountKey.random();
    RecoveryWords words = RecoveryWords.random();
    Path file = folder.resolve("sheet.txt");
    EmergencySheet sheet =
        new EmergencySheet("anoncloud://host:1#F", UserName.parse("alice"), key, words);

    sheet.write(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).contains("anoncloud://host:1#F", "alice", "\nAccount key: ");
    assertThat(EmergencySheet.accountKeyIn(Files.readAllBytes(file)).secret().bytes())
        .isEqualTo(key.secret().bytes());
    assertThatThrownBy(() -> sheet.write(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(RecoveryWords.parse(words.text().bytes()).secret().sameAs(words.secret())).isTrue();
  }

  private static AccountKey parse(String text) throws Unreadable {
    return AccountKey.parse(text.getBytes(US_ASCII));
  }
}

package org.anonymouscloud.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.DeviceId;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.plugin.AccountPush;
import org.anonymouscloud.vault.protocol.DriveId;
import org.anonymouscloud.vault.protocol.Right;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often the members of a drive are told that it changes. */
final class MemberPushTest {
  private static final String TOPIC = "vault/root-moved";

  @TempDir Path folder;
  private final DriveId drive = DriveId.random();
  private final List<AccountId> members = new ArrayList<>();
  private final BlockingQueue<AccountId> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> pauses = new LinkedBlockingQueue<>();
  private final Semaphore goOn = new Semaphore(0);
  private OpenDatabase database;
  private MemberPush push;

  @BeforeEach
  void start() {
    database = ServerHalf.sqlite(folder);
    database.migrate(new VaultData().tables());
    for (int i = 0; i < 3; i++) {
      members.add(AccountId.random());
    }
    database.<Void, RuntimeException>write(
        rows -> {
          for (AccountId member : members) {
            new DriveTables(rows).insertMember(drive, TestRosters.member(member, Right.READ));
          }
          return null;
        });
    push =
        new MemberPush(
            database,
            new AccountPush() {
              @Override
              public void push(AccountId account, String topic, byte[] body) {
                assertThat(DriveId.of(body)).isEqualTo(drive);
                told.add(account);
              }

              @Override
              public void push(AccountId account, DeviceId device, String topic, byte[] body) {
                throw new AssertionError("All devices of a member are told.");
              }
            },
            messages -> {
              pauses.add(messages);
              goOn.acquire();
            });
  }

  @AfterEach
  void stop() {
    push.close();
    database.close();
  }

  private int pause() throws InterruptedException {
    Integer messages = pauses.poll(1, TimeUnit.MINUTES);
    assertThat(messages).as("it pauses in time").isNotNull();
    return messages;
  }

  @Test
  void allThatComesDuringThePauseIsToldOnceAfterIt() throws Exception {
    push.changed(drive, TOPIC);
    assertThat(pause()).isEqualTo(3);
    assertThat(told).containsExactlyInAnyOrderElementsOf(members);

    for (int i = 0; i < 1_000; i++) {
      push.changed(drive, TOPIC);
    }
    assertThat(told).hasSize(3);
    goOn.release();

    assertThat(pause()).isEqualTo(3);
    assertThat(told).hasSize(6);
    assertThat(pauses).isEmpty();
  }

  @Test
  void aChangeAfterThePauseIsToldAtOnceAndOtherDrivesDoNotWait() throws Exception {
    push.changed(drive, TOPIC);
    assertThat(pause()).isEqualTo(3);

    push.changed(DriveId.random(), TOPIC);
    assertThat(pause()).as("nobody is a member").isZero();
    push.left(List.of(members.getFirst()), drive, TOPIC);
    for (int i = 0; i < 4; i++) {
      assertThat(told.poll(1, TimeUnit.MINUTES)).isIn(members);
    }
    goOn.release(2);
    push.changed(drive, TOPIC);

    assertThat(pause()).isEqualTo(3);
    assertThat(told).hasSize(3);
  }
}

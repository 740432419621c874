package org.anonymouscloud.core.session.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.anonymouscloud.core.channel.ChannelLimits;
import org.anonymouscloud.core.channel.ConnectFailed;
import org.anonymouscloud.core.channel.ConnectionLost;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.session.Session;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("A43")
class AdmissionTest {
  private static final Digest PASSWORD = Digest.sha256(new byte[] {1});
  private static final Digest WORDS = Digest.sha256(new byte[] {2});

  private final List<String> cut = new ArrayList<>();

  static SessionLimits limits(int connections, int perNetwork, int handshakes, int strangers) {
    return new SessionLimits(
        connections,
        perNetwork,
        handshakes,
        strangers,
        HandshakeRates.STANDARD,
        8,
        Duration.ofSeconds(10),
        ChannelLimits.STANDARD);
  }

  private Optional<Admission.Place> from(Admission admission, String address) throws IOException {
    return admission.admit(Network.of(InetAddress.getByName(address)), () -> cut.add(address));
  }

  private Admission.Place user(Admission admission, String address) throws IOException {
    Admission.Place place = stranger(admission, address);
    place.settle();
    return place;
  }

  private Admission.Place stranger(Admission admission, String address) throws IOException {
    Admission.Place place = from(admission, address).orElseThrow();
    place.greeted(() -> cut.add("stranger " + address));
    return place;
  }

  @Test
  void oneNetworkCannotTakeAllPlaces() throws IOException {
    Admission admission = new Admission(limits(100, 2, 100, 100));
    Admission.Place first = user(admission, "192.0.2.1");
    user(admission, "192.0.2.200");
    assertThat(from(admission, "192.0.2.3")).isEmpty();
    assertThat(from(admission, "192.0.3.3")).isPresent();
    user(admission, "2001:db8:0:1::1");
    user(admission, "2001:db8:0:ff::1");
    assertThat(from(admission, "2001:db8:0:2::1")).isEmpty();
    assertThat(from(admission, "2001:db8:0:100::1")).isPresent();
    first.close();
    first.close();
    user(admission, "192.0.2.3");
    assertThat(from(admission, "192.0.2.4")).isEmpty();
    for (int i = 0; i < 10; i++) {
      user(admission, "127.0.0.1");
    }
    assertThat(cut).isEmpty();
  }

  @Test
  void allNetworksTogetherHaveABound() throws IOException {
    Admission admission = new Admission(limits(2, 2, 100, 100));
    Admission.Place first = user(admission, "192.0.2.1");
    user(admission, "127.0.0.1");
    assertThat(from(admission, "198.51.100.1")).isEmpty();
    first.close();
    assertThat(from(admission, "198.51.100.1")).isPresent();
  }

  @Test
  void whoIsUnknownForLongestMakesRoomInAFullServer() throws IOException {
    Admission admission = new Admission(limits(3, 3, 100, 100));
    user(admission, "192.0.2.1");
    stranger(admission, "192.0.2.2");
    from(admission, "192.0.2.3");
    assertThat(from(admission, "198.51.100.1")).isPresent();
    assertThat(from(admission, "198.51.100.2")).isPresent();
    assertThat(cut).containsExactly("stranger 192.0.2.2", "192.0.2.3");
  }

  @Test
  void aFullNetworkTakesPlacesOnlyFromItsOwnStrangers() throws IOException {
    Admission admission = new Admission(limits(100, 2, 100, 100));
    stranger(admission, "198.51.100.1");
    user(admission, "192.0.2.1");
    stranger(admission, "192.0.2.2");
    assertThat(from(admission, "192.0.2.3")).isPresent();
    assertThat(cut).containsExactly("stranger 192.0.2.2");
  }

  @Test
  void whoIsSlowestWithTheHandshakeMakesRoom() throws IOException {
    Admission admission = new Admission(limits(100, 100, 2, 100));
    stranger(admission, "192.0.2.1");
    for (int i = 2; i <= 4; i++) {
      assertThat(from(admission, "192.0.2." + i)).isPresent();
    }
    assertThat(cut).containsExactly("192.0.2.2");
  }

  @Test
  void strangersTogetherHaveABoundThatUsersDoNotCountFor() throws IOException {
    Admission admission = new Admission(limits(100, 100, 100, 2));
    user(admission, "192.0.2.1");
    for (int i = 2; i <= 4; i++) {
      stranger(admission, "192.0.2." + i);
    }
    assertThat(cut).containsExactly("stranger 192.0.2.2");
  }

  @Test
  @Tag("S4.7")
  void strangersDoNotCutWhoHasProvenWhoseItIs() throws IOException {
    Admission admission = new Admission(limits(100, 100, 100, 2));
    stranger(admission, "192.0.2.1").prove("alice", PASSWORD);
    for (int i = 2; i <= 4; i++) {
      stranger(admission, "192.0.2." + i);
    }
    assertThat(cut).containsExactly("stranger 192.0.2.2");
  }

  @Test
  @Tag("S4.7")
  void aUserHasFourSuchPlacesAtOnceAndTheOthersStayStrangers() throws IOException {
    Admission admission = new Admission(limits(100, 100, 100, 1));
    List<Admission.Place> places = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      Admission.Place place = stranger(admission, "192.0.2." + i);
      place.prove("alice", PASSWORD);
      // No second place for another name.
      place.prove(i == 1 ? "bob" : "alice", PASSWORD);
      places.add(place);
    }
    assertThat(cut).containsExactly("stranger 192.0.2.5");

    // One ends and one becomes a device's, which leaves two such places.
    places.get(0).close();
    places.get(1).settle();
    places.get(1).close();
    places.get(5).prove("alice", PASSWORD);
    stranger(admission, "192.0.2.7").prove("alice", PASSWORD);
    stranger(admission, "192.0.2.8").prove("alice", PASSWORD);
    stranger(admission, "192.0.2.9").prove("alice", PASSWORD);
    assertThat(cut).containsExactly("stranger 192.0.2.5", "stranger 192.0.2.8");
  }

  @Test
  @Tag("S4.7")
  void aThiefWithThePasswordTakesNoPlaceFromWhoHasTheWordsOrANewPassword() throws IOException {
    Admission admission = new Admission(limits(100, 100, 100, 1));
    for (int i = 1; i <= 4; i++) {
      stranger(admission, "192.0.2." + i).prove("alice", PASSWORD);
    }
    stranger(admission, "192.0.2.5").prove("alice", WORDS);
    stranger(admission, "192.0.2.6").prove("alice", Digest.sha256(new byte[] {3}));
    stranger(admission, "192.0.2.7");
    stranger(admission, "192.0.2.8");
    assertThat(cut).containsExactly("stranger 192.0.2.7");
  }

  @Test
  @Tag("S4.7")
  void whoLogsOutIsAStrangerAgainAndLeavesItsPlaceToAnother() throws IOException {
    Admission admission = new Admission(limits(100, 100, 100, 1));
    Admission.Place device = user(admission, "192.0.2.1");
    List<Admission.Place> proven = new ArrayList<>();
    for (int i = 2; i <= 5; i++) {
      proven.add(stranger(admission, "192.0.2." + i));
      proven.getLast().prove("alice", PASSWORD);
    }
    device.forget();
    proven.getFirst().forget();
    assertThat(cut).containsExactly("stranger 192.0.2.1");

    stranger(admission, "192.0.2.6").prove("alice", PASSWORD);
    stranger(admission, "192.0.2.7");
    assertThat(cut).containsExactly("stranger 192.0.2.1", "stranger 192.0.2.2");
    device.close();
    proven.getFirst().close();
    proven.getFirst().forget();
    assertThat(cut).hasSize(3);
  }

  @Test
  @Tag("S4.7")
  void aSessionThatWasForgottenMakesRoomAndHasWhatAStrangerHas() throws Exception {
    try (EchoServer server = new EchoServer(limits(100, 100, 100, 1), Network::of, false);
        Session left = server.connect()) {
      ServedSession served = server.sessions.take();
      served.trust("alice", "a device");
      assertThat(left.ask("test/echo", new byte[20_000])).hasSize(20_000);
      served.forget();
      assertThat(left.ask("test/echo", new byte[1_000])).hasSize(1_000);
      try (Session other = server.connect()) {
        assertThat(other.ask("test/echo", new byte[] {1})).containsExactly(1);
        left.awaitEnd();
      }
    }
  }

  @Test
  @Tag("S4.7")
  void strangersCutNoSessionThatHasProvenWhoseItIs() throws Exception {
    try (EchoServer server = new EchoServer(limits(100, 100, 100, 1), Network::of, false);
        Session proven = server.connect()) {
      server.sessions.take().prove("alice", PASSWORD);
      try (Session first = server.connect();
          Session second = server.connect()) {
        assertThat(second.ask("test/echo", new byte[] {1})).containsExactly(1);
        first.awaitEnd();
        assertThat(proven.ask("test/echo", new byte[] {1})).containsExactly(1);
      }
    }
  }

  @Test
  void whoWasCutInTheHandshakeIsCutThoughItIsDoneAtThatMoment() throws IOException {
    Admission admission = new Admission(limits(100, 100, 1, 100));
    Admission.Place first = from(admission, "192.0.2.1").orElseThrow();
    from(admission, "192.0.2.2");
    first.greeted(() -> cut.add("stranger 192.0.2.1"));
    assertThat(cut).containsExactly("192.0.2.1", "stranger 192.0.2.1");
  }

  @Test
  void aNetworkTellsNobodyWhichItIs() throws IOException {
    assertThat(Network.of(InetAddress.getByName("192.0.2.77"))).hasToString("Network");
  }

  @Test
  void strangersWhoSayNothingKeepNobodyOut() throws Exception {
    try (EchoServer server = new EchoServer(limits(1000, 1000, 4, 4))) {
      List<Socket> silent = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), server.listener.port()));
      }
      try (Session session = server.connect()) {
        assertThat(session.ask("test/echo", new byte[] {1})).containsExactly(1);
      }
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void strangersWhoNeverLogInKeepNobodyOut() throws Exception {
    try (EchoServer server = new EchoServer(limits(3, 3, 3, 3), Network::of, false)) {
      Session user = server.connect();
      server.sessions.take().trust("somebody", "a device");
      List<Session> strangers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        Session stranger = server.connect();
        assertThat(stranger.ask("test/echo", new byte[] {1})).containsExactly(1);
        strangers.add(stranger);
      }
      strangers.getFirst().awaitEnd();
      assertThatExceptionOfType(ConnectionLost.class)
          .isThrownBy(() -> strangers.getFirst().ask("test/echo", new byte[0]));
      assertThat(user.ask("test/echo", new byte[] {1})).containsExactly(1);
      strangers.forEach(Session::close);
      user.close();
    }
  }

  @Test
  void aServerFullOfUsersSaysSo() throws Exception {
    try (EchoServer server = new EchoServer(limits(1, 1, 4, 4));
        Session only = server.connect()) {
      assertThat(only.ask("test/echo", new byte[] {1})).containsExactly(1);
      assertThatExceptionOfType(ConnectFailed.class)
          .isThrownBy(server::connect)
          .extracting(ConnectFailed::why)
          .isEqualTo(ConnectFailed.Why.BUSY);
      assertThat(only.ask("test/echo", new byte[] {1})).containsExactly(1);
    }
  }
}

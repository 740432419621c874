package org.anonymouscloud.vault.client.drive;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.anonymouscloud.core.session.Call;
import org.anonymouscloud.core.session.Link;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Refused;
import org.anonymouscloud.vault.protocol.VaultMessages;
import org.anonymouscloud.vault.protocol.VaultMethod;

/**
 * A line on which the server's owner watches: how many requests of each method, and their bytes up
 * and down; and a classifier that learns from such views. Thread-safe.
 */
final class Watched implements Link {
  private final Link line;
  private final Map<String, Double> seen = new TreeMap<>();
  private long packs;

  Watched(Link line) {
    this.line = line;
  }

  synchronized void begin() {
    seen.clear();
    packs = 0;
  }

  /**
   * What the server saw of one action.
   *
   * @param packs bytes of the packs that went up, as the server stores them
   * @param view requests and their bytes
   */
  record Seen(long packs, Map<String, Double> view) {}

  /** All since then. */
  synchronized Seen seen() {
    return new Seen(packs, new TreeMap<>(seen));
  }

  private synchronized void see(String method, String what, double many) {
    seen.merge(method + " " + what, many, Double::sum);
  }

  private synchronized void stored(int length) {
    packs += length;
  }

  @Override
  public byte[] ask(String method, byte[] body) throws Refused, IOException {
    see(method, "requests", 1);
    see(method, "up", body.length);
    byte[] answer = line.ask(method, body);
    see(method, "down", answer.length);
    return answer;
  }

  @Override
  public Call open(String method, byte[] body) throws IOException {
    see(method, "requests", 1);
    see(method, "up", body.length);
    if (method.equals(VaultMethod.PACK_PUT.toString())) {
      stored(Cbor.decode(body, VaultMessages.PackPut.class).length());
    }
    return new WatchedCall(method, line.open(method, body));
  }

  @Override
  public Subscription subscribe(String topic, Consumer<byte[]> receiver) {
    return line.subscribe(topic, receiver);
  }

  private final class WatchedCall implements Call {
    private final String method;
    private final Call call;

    WatchedCall(String method, Call call) {
      this.method = method;
      this.call = call;
    }

    @Override
    public OutputStream upload() {
      return new FilterOutputStream(call.upload()) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          see(method, "up", length);
          out.write(bytes, offset, length);
        }
      };
    }

    @Override
    public InputStream download() {
      return new FilterInputStream(call.download()) {
        @Override
        public int read() throws IOException {
          int one = in.read();
          see(method, "down", one < 0 ? 0 : 1);
          return one;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          int read = in.read(bytes, offset, length);
          see(method, "down", Math.max(0, read));
          return read;
        }
      };
    }

    @Override
    public byte[] answer() throws Refused, IOException {
      byte[] answer = call.answer();
      see(method, "down", answer.length);
      return answer;
    }

    @Override
    public void close() {
      call.close();
    }
  }

  /**
   * Which share of views a classifier takes for what they are that has learnt from all the others.
   */
  static double guessed(List<Map<String, Double>> views, List<Boolean> kinds) {
    double right = 0;
    for (int asked = 0; asked < views.size(); asked++) {
      right += shareOfNearest(views, kinds, asked);
    }
    return right / views.size();
  }

  /** The same of two kinds, of which it saw as many of each length of packs. */
  static double guessedOfOneLength(List<Seen> one, List<Seen> other) {
    List<Map<String, Double>> views = new ArrayList<>();
    List<Boolean> kinds = new ArrayList<>();
    Map<Long, List<Seen>> ones = byLength(one);
    Map<Long, List<Seen>> others = byLength(other);
    ones.keySet().retainAll(others.keySet());
    ones.forEach(
        (packs, group) -> {
          List<Seen> same = others.get(packs);
          for (int i = 0; i < Math.min(group.size(), same.size()); i++) {
            views.add(group.get(i).view());
            kinds.add(true);
            views.add(same.get(i).view());
            kinds.add(false);
          }
        });
    assertThat(views).as("of one length").hasSizeGreaterThan(50);
    return guessed(views, kinds);
  }

  private static Map<Long, List<Seen>> byLength(List<Seen> some) {
    return some.stream().collect(groupingBy(Seen::packs, TreeMap::new, toList()));
  }

  /**
   * Of the other views nearest to one, how many are of its kind: nearest neighbours, ties shared.
   */
  private static double shareOfNearest(
      List<Map<String, Double>> views, List<Boolean> kinds, int asked) {
    double nearest = Double.MAX_VALUE;
    int same = 0;
    int all = 0;
    for (int i = 0; i < views.size(); i++) {
      if (i == asked) {
        continue;
      }
      double distance = distance(views.get(asked), views.get(i));
      if (distance < nearest) {
        nearest = distance;
        same = 0;
        all = 0;
      }
      if (distance == nearest) {
        all++;
        same += kinds.get(i).equals(kinds.get(asked)) ? 1 : 0;
      }
    }
    return (double) same / all;
  }

  private static double distance(Map<String, Double> one, Map<String, Double> other) {
    double distance = 0;
    for (Map.Entry<String, Double> feature : one.entrySet()) {
      distance += Math.abs(feature.getValue() - other.getOrDefault(feature.getKey(), 0.0));
    }
    for (Map.Entry<String, Double> feature : other.entrySet()) {
      distance += one.containsKey(feature.getKey()) ? 0 : Math.abs(feature.getValue());
    }
    return distance;
  }
}

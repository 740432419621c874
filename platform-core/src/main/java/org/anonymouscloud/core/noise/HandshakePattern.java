package org.anonymouscloud.core.noise;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who sends which tokens in which message. The initiator sends the first message, then the two take
 * turns.
 *
 * @param initiatorIsKnown the responder has the initiator's static key beforehand
 * @param responderIsKnown the initiator has the responder's static key beforehand
 * @param messages the tokens of each message
 */
record HandshakePattern(
    boolean initiatorIsKnown, boolean responderIsKnown, List<List<Token>> messages) {
  private static final Pattern NAME =
      Pattern.compile("([A-Z][A-Z0-9]*)([a-z][a-z0-9]*(?:\\+[a-z][a-z0-9]*)*)?");
  private static final Pattern PSK = Pattern.compile("psk([0-9])");
  private static final String HYBRID = "hfs";

  /** Noise, section 7.4, 7.5 and 18.1; messages are parted by a slash. */
  private static final Map<String, String> MESSAGES =
      Map.ofEntries(
          entry("N", "e es"),
          entry("K", "e es ss"),
          entry("X", "e es s ss"),
          entry("NN", "e / e ee"),
          entry("NK", "e es / e ee"),
          entry("NK1", "e / e ee es"),
          entry("NX", "e / e ee s es"),
          entry("NX1", "e / e ee s / es"),
          entry("KN", "e / e ee se"),
          entry("K1N", "e / e ee / se"),
          entry("KK", "e es ss / e ee se"),
          entry("K1K", "e es / e ee / se"),
          entry("KK1", "e / e ee se es"),
          entry("K1K1", "e / e ee es / se"),
          entry("KX", "e / e ee se s es"),
          entry("K1X", "e / e ee s es / se"),
          entry("KX1", "e / e ee se s / es"),
          entry("K1X1", "e / e ee s / se es"),
          entry("XN", "e / e ee / s se"),
          entry("X1N", "e / e ee / s / se"),
          entry("XK", "e es / e ee / s se"),
          entry("X1K", "e es / e ee / s / se"),
          entry("XK1", "e / e ee es / s se"),
          entry("X1K1", "e / e ee es / s / se"),
          entry("XX", "e / e ee s es / s se"),
          entry("X1X", "e / e ee s es / s / se"),
          entry("XX1", "e / e ee s / es s se"),
          entry("X1X1", "e / e ee s / es s / se"),
          entry("IN", "e s / e ee se"),
          entry("I1N", "e s / e ee / se"),
          entry("IK", "e es s ss / e ee se"),
          entry("I1K", "e es s / e ee / se"),
          entry("IK1", "e s / e ee se es"),
          entry("I1K1", "e s / e ee es / se"),
          entry("IX", "e s / e ee se s es"),
          entry("I1X", "e s / e ee s es / se"),
          entry("IX1", "e s / e ee se s / es"),
          entry("I1X1", "e s / e ee s / se es"));

  /**
   * The pattern of a name with its modifiers, like {@code NXhfs} or {@code XXpsk0+psk3}.
   *
   * @throws IllegalArgumentException if there is no such pattern or modifier
   */
  static HandshakePattern named(String name) {
    Matcher parts = NAME.matcher(name);
    String base = parts.matches() ? parts.group(1) : "";
    String tokens = MESSAGES.get(base);
    if (tokens == null) {
      throw new IllegalArgumentException("There is no handshake pattern " + name + ".");
    }
    boolean oneWay = base.length() == 1;
    List<List<Token>> messages = new ArrayList<>();
    for (String message : tokens.split(" / ")) {
      List<Token> list = new ArrayList<>();
      for (String token : message.split(" ")) {
        list.add(Token.valueOf(token.toUpperCase(Locale.ROOT)));
      }
      messages.add(list);
    }
    if (parts.group(2) != null) {
      Set<String> seen = new HashSet<>();
      for (String modifier : parts.group(2).split("\\+")) {
        if (!seen.add(modifier)) {
          throw new IllegalArgumentException("A modifier stands twice in " + name + ".");
        }
        modify(messages, modifier);
      }
    }
    return new HandshakePattern(
        base.charAt(0) == 'K',
        oneWay || base.indexOf('K', 1) > 0,
        messages.stream().map(List::copyOf).toList());
  }

  private static void modify(List<List<Token>> messages, String modifier) {
    Matcher psk = PSK.matcher(modifier);
    if (modifier.equals(HYBRID) && messages.size() > 1) {
      makeHybrid(messages);
    } else if (psk.matches() && Integer.parseInt(psk.group(1)) <= messages.size()) {
      // Noise, section 9.4: psk0 opens the first message, pskN closes message N.
      int place = Integer.parseInt(psk.group(1));
      if (place == 0) {
        messages.getFirst().addFirst(Token.PSK);
      } else {
        messages.get(place - 1).addLast(Token.PSK);
      }
    } else {
      throw new IllegalArgumentException("The pattern cannot have the modifier " + modifier + ".");
    }
  }

  /** Hybrid forward secrecy, section 5 (its text; its table puts KK's e1 elsewhere). */
  private static void makeHybrid(List<List<Token>> messages) {
    List<Token> first = messages.getFirst();
    int after = first.indexOf(Token.E);
    for (int i = after; i < first.size(); i++) {
      if (first.get(i).isAgreement()) {
        // The key goes encrypted where it can.
        after = i;
        break;
      }
    }
    first.add(after + 1, Token.E1);
    // In each pattern of two and more messages the second one brings ee.
    List<Token> second = messages.get(1);
    second.add(second.indexOf(Token.EE) + 1, Token.EKEM1);
  }

  boolean isOneWay() {
    return messages.size() == 1;
  }

  boolean isHybrid() {
    return has(Token.E1);
  }

  int pskCount() {
    return (int) messages.stream().flatMap(List::stream).filter(t -> t == Token.PSK).count();
  }

  /** Whether a side needs a static key of its own. */
  boolean needsStatic(boolean initiator) {
    return (initiator ? initiatorIsKnown : responderIsKnown) || sendsStatic(initiator);
  }

  /** Whether a side's static key travels in the handshake. */
  boolean sendsStatic(boolean initiator) {
    for (int i = initiator ? 0 : 1; i < messages.size(); i += 2) {
      if (messages.get(i).contains(Token.S)) {
        return true;
      }
    }
    return false;
  }

  private boolean has(Token token) {
    return messages.stream().anyMatch(message -> message.contains(token));
  }
}

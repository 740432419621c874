package org.anonymouscloud.core.noise;

/** One step of a handshake message (Noise, section 7.1; E1 and EKEM1: hfs, section 4). */
enum Token {
  E,
  S,
  EE,
  ES,
  SE,
  SS,
  PSK,
  E1,
  EKEM1;

  boolean isAgreement() {
    return switch (this) {
      case EE, ES, SE, SS -> true;
      case E, S, PSK, E1, EKEM1 -> false;
    };
  }
}

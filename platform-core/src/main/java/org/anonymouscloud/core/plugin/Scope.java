package org.anonymouscloud.core.plugin;

/** What a token of the local API allows. */
public enum Scope {
  READ,
  WRITE,
  CHAT,
  ADMIN
}

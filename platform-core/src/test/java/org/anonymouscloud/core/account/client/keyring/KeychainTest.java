package org.anonymouscloud.core.account.client.keyring;

final class KeychainTest extends KeyringContract {
  @Override
  Keyring keyring(KeyringProgram program) {
    return new Keychain(program);
  }

  @Override
  String program() {
    return "security";
  }
}

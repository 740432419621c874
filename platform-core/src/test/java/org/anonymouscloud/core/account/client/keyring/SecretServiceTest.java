package org.anonymouscloud.core.account.client.keyring;

final class SecretServiceTest extends KeyringContract {
  @Override
  Keyring keyring(KeyringProgram program) {
    return new SecretService(program);
  }

  @Override
  String program() {
    return "secret-tool";
  }
}

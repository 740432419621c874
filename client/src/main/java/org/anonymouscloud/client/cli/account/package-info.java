/**
 * A person's account: to make it, to log in and out, to bring it back, its password and emergency
 * sheet, its devices and contacts. Start with {@link
 * org.anonymouscloud.client.cli.account.LoginCommand}; {@link
 * org.anonymouscloud.client.cli.account.PasswordInput} is how all of them learn a secret. Asks the
 * agent for everything and keeps nothing: no keys, and no session but for a first look at a
 * server's key.
 */
@NullMarked
package org.anonymouscloud.client.cli.account;

import org.jspecify.annotations.NullMarked;

/**
 * How the agent's account comes, stays and goes: logging in and out, locking, pairing, and going on
 * after a restored backup. Start with {@link
 * org.anonymouscloud.client.agent.account.CurrentAccount}, the account that is there, and {@link
 * org.anonymouscloud.client.agent.account.ComingIn}. Knows no route and nothing of HTTP.
 */
@NullMarked
package org.anonymouscloud.client.agent.account;

import org.jspecify.annotations.NullMarked;

/** What the server keeps for accounts, and how it takes what happens to it. */
@NullMarked
package org.anonymouscloud.core.account.server;

import org.jspecify.annotations.NullMarked;

/**
 * The shipped program from outside: these tests start {@code ./anoncloud} as a user would, with a
 * home and a server of their own. Start with {@link org.anonymouscloud.client.system.Program}.
 */
@NullMarked
package org.anonymouscloud.client.system;

import org.jspecify.annotations.NullMarked;

/** What vectors need of the crypto room and programs must not have. */
@NullMarked
package org.anonymouscloud.core.crypto;

import org.jspecify.annotations.NullMarked;

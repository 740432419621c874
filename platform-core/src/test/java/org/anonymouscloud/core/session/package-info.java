/** Tests of the session. */
@NullMarked
package org.anonymouscloud.core.session;

import org.jspecify.annotations.NullMarked;

/** Tests of copies of all that a server has. */
@NullMarked
package org.anonymouscloud.core.backup;

import org.jspecify.annotations.NullMarked;

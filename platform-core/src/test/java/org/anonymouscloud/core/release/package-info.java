/** Tests of who may supply a plugin. */
@NullMarked
package org.anonymouscloud.core.release;

import org.jspecify.annotations.NullMarked;

@NullMarked
package org.anonymouscloud.vault.client.archive;

import org.jspecify.annotations.NullMarked;

@NullMarked
package org.anonymouscloud.vault.client.local;

import org.jspecify.annotations.NullMarked;

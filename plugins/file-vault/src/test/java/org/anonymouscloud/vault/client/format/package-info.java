@NullMarked
package org.anonymouscloud.vault.client.format;

import org.jspecify.annotations.NullMarked;

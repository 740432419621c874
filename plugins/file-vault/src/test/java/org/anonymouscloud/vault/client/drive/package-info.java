@NullMarked
package org.anonymouscloud.vault.client.drive;

import org.jspecify.annotations.NullMarked;

@NullMarked
package org.anonymouscloud.vault.client.cli.typed;

import org.jspecify.annotations.NullMarked;

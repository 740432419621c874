package org.anonymouscloud.client.agent;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.anonymouscloud.core.account.InviteCode;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.AccountKey;
import org.anonymouscloud.core.account.client.EmergencySheet;
import org.anonymouscloud.core.account.client.LocalAccount;
import org.anonymouscloud.core.account.client.Unreadable;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.anonymouscloud.core.session.ConnectionString;
import org.jspecify.annotations.Nullable;

/**
 * The part of the local API that is about the account. Secrets are base64 in JSON bodies, so that
 * they go from array to array and never become a String here. Thread-safe.
 */
final class AccountRoutes {
  private static final int MAX_BODY = 16 * 1024;
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final CurrentAccount account;

  AccountRoutes(CurrentAccount account) {
    this.account = account;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/account",
            Scope.READ,
            "Who is logged in here, and on which server.",
            context -> context.json(describe(account.account().local()))),
        new Route(
            HandlerType.POST,
            "/account/register",
            Scope.ADMIN,
            "Prepares a new account and gives its emergency sheet, to be kept before it is"
                + " confirmed.",
            this::register),
        new Route(
            HandlerType.POST,
            "/account/register/confirm",
            Scope.ADMIN,
            "Gives a prepared account to the server and logs in.",
            this::confirm),
        new Route(
            HandlerType.POST,
            "/account/login",
            Scope.ADMIN,
            "Opens an account here with its password and account key.",
            this::login),
        new Route(
            HandlerType.DELETE,
            "/account",
            Scope.ADMIN,
            "Removes the account from this device. It stays on the server.",
            context -> {
              account.logOut();
              context.json(Map.of("loggedOut", true));
            }));
  }

  /**
   * @param server connection string with the server's fingerprint
   * @param password in UTF-8, NFC
   * @param invite as people write it; only for a server that takes nobody without
   */
  record Register(
      @Nullable String server,
      @Nullable String user,
      byte @Nullable [] password,
      byte @Nullable [] invite) {}

  /**
   * @param registration from the answer to {@link Register}
   */
  record Confirm(@Nullable String registration) {}

  /**
   * @param server connection string with the server's fingerprint
   * @param password in UTF-8, NFC
   * @param accountKey as people write it, or a whole emergency sheet
   */
  record Login(
      @Nullable String server,
      @Nullable String user,
      byte @Nullable [] password,
      byte @Nullable [] accountKey) {}

  private void register(Context context) throws Exception {
    Register wish = body(context, Register.class);
    try (Secret password = Secret.of(required(wish.password(), "password"))) {
      CurrentAccount.Prepared prepared =
          account.register(
              server(wish.server()), user(wish.user()), password, invite(wish.invite()));
      try (Secret sheet = prepared.sheet()) {
        context
            .contentType("application/json")
            .result(
                JSON.writeValueAsBytes(
                    Map.of("registration", prepared.id(), "sheet", sheet.bytes())));
      }
    }
  }

  private void confirm(Context context) throws Exception {
    Confirm wish = body(context, Confirm.class);
    context.json(describe(account.finish(required(wish.registration(), "registration")).local()));
  }

  private void login(Context context) throws Exception {
    Login wish = body(context, Login.class);
    try (Secret password = Secret.of(required(wish.password(), "password"));
        Secret text = Secret.of(required(wish.accountKey(), "accountKey"));
        AccountKey key = accountKey(text)) {
      context.json(
          describe(account.login(server(wish.server()), user(wish.user()), password, key).local()));
    }
  }

  private static AccountKey accountKey(Secret text) throws Problem {
    try {
      return EmergencySheet.accountKeyIn(text.bytes());
    } catch (Unreadable e) {
      throw badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static Optional<InviteCode> invite(byte @Nullable [] text) throws Problem {
    try {
      return text == null ? Optional.empty() : Optional.of(InviteCode.parse(text));
    } catch (IllegalArgumentException e) {
      throw badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static Map<String, Object> describe(LocalAccount account) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("user", account.user().text());
    description.put("server", account.server().toString());
    description.put("device", account.device().toString());
    return description;
  }

  private static UserName user(@Nullable String text) throws Problem {
    try {
      return new UserName(required(text, "user"));
    } catch (IllegalArgumentException e) {
      throw badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static ConnectionString server(@Nullable String text) throws Problem {
    try {
      return ConnectionString.parse(required(text, "server"));
    } catch (IllegalArgumentException e) {
      throw badInput(String.valueOf(e.getMessage()), e);
    }
  }

  private static <T> T body(Context context, Class<T> type) throws Problem, IOException {
    byte[] json = context.req().getInputStream().readNBytes(MAX_BODY + 1);
    try {
      if (json.length > MAX_BODY) {
        throw badInput("The body is too long.", null);
      }
      return JSON.readValue(json, type);
    } catch (JacksonException e) {
      // Its text may quote the body.
      throw badInput("The body is not the JSON document that this route takes.", null);
    } finally {
      Arrays.fill(json, (byte) 0);
    }
  }

  private static <T> T required(@Nullable T value, String name) throws Problem {
    if (value == null) {
      throw badInput("The body has no '" + name + "'.", null);
    }
    return value;
  }

  private static Problem badInput(String message, @Nullable Exception cause) {
    return new Problem(Problem.Kind.BAD_INPUT, message, cause);
  }
}

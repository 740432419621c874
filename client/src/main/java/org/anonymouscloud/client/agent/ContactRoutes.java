package org.anonymouscloud.client.agent;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.anonymouscloud.client.agent.account.CurrentAccount;
import org.anonymouscloud.client.agent.api.RequestBody;
import org.anonymouscloud.core.account.UserName;
import org.anonymouscloud.core.account.client.contacts.Contact;
import org.anonymouscloud.core.account.client.contacts.Contacts;
import org.anonymouscloud.core.account.client.contacts.KnownContact;
import org.anonymouscloud.core.account.client.contacts.SafetyNumber;
import org.anonymouscloud.core.account.client.contacts.Trust;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.Route;
import org.anonymouscloud.core.plugin.Scope;
import org.jspecify.annotations.Nullable;

/** The part of the local API that is about other people. Thread-safe. */
final class ContactRoutes {
  private final CurrentAccount account;

  ContactRoutes(CurrentAccount account) {
    this.account = account;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HandlerType.GET,
            "/contacts",
            Scope.READ,
            "The contacts of this account.",
            context -> context.json(Map.of("contacts", list()))),
        new Route(
            HandlerType.GET,
            "/contacts/{name}",
            Scope.READ,
            "Who a name is just now, and the safety number to compare; keeps nothing.",
            context -> context.json(describe(contacts().look(name(context))))),
        new Route(
            HandlerType.PUT,
            "/contacts/{name}",
            Scope.ADMIN,
            "Makes a contact of somebody whose safety number was seen, or compared.",
            this::put),
        new Route(
            HandlerType.DELETE,
            "/contacts/{name}",
            Scope.ADMIN,
            "Forgets a contact.",
            context -> {
              contacts().remove(name(context));
              context.json(Map.of("removed", true));
            }));
  }

  /**
   * @param trust {@code accepted} by who has seen the safety number, {@code verified} by who has
   *     compared it with the contact's device
   * @param safetyNumber that was seen or compared; blanks do not count
   */
  record Put(@Nullable String trust, @Nullable String safetyNumber) {}

  private void put(Context context) throws Exception {
    UserName name = name(context);
    Put wish = RequestBody.read(context, Put.class);
    SafetyNumber number = number(wish.safetyNumber());
    Contact contact =
        switch (RequestBody.required(wish.trust(), "trust")) {
          case "accepted" -> contacts().accept(name, number);
          case "verified" -> contacts().verify(name, number);
          default ->
              throw RequestBody.badInput("'trust' is either 'accepted' or 'verified'.", null);
        };
    context.json(describe(contact));
  }

  private Contacts contacts() throws NotLoggedIn {
    return account.account().online().contacts();
  }

  private List<Map<String, Object>> list() throws Exception {
    contacts().syncNowOrLater();
    return contacts().list().stream().map(ContactRoutes::describe).toList();
  }

  private static Map<String, Object> describe(KnownContact contact) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", contact.name().text());
    view.put("account", contact.account().toString());
    view.put("trust", text(contact.trust()));
    return view;
  }

  private static Map<String, Object> describe(Contact contact) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", contact.name().text());
    view.put("account", contact.account().toString());
    view.put("trust", text(contact.trust()));
    view.put("safetyNumber", contact.number().toString());
    view.put("devices", contact.chain().devices().size());
    return view;
  }

  private static String text(Trust trust) {
    return trust.name().toLowerCase(Locale.ROOT);
  }

  private static UserName name(Context context) throws Problem {
    return RequestBody.user(context.pathParam("name"));
  }

  private static SafetyNumber number(@Nullable String text) throws Problem {
    try {
      return SafetyNumber.parse(RequestBody.required(text, "safetyNumber"));
    } catch (IllegalArgumentException e) {
      throw RequestBody.badInput(String.valueOf(e.getMessage()), e);
    }
  }
}

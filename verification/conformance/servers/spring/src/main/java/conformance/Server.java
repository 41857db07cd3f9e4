package conformance;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.crypto.password.NoOpPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Spring Authorization Server and a resource server that checks its tokens, as Spring Boot sets them
 * up, with clients from the environment. The key is made anew at each start.
 */
@SpringBootApplication
@RestController
public class Server {

    public static void main(String[] args) {
        SpringApplication.run(Server.class, args);
    }

    @GetMapping("/v1/payments")
    String payments() {
        return "payments";
    }

    @Bean
    @Order(1)
    SecurityFilterChain authorizationServer(HttpSecurity http) {
        return http
            .oauth2AuthorizationServer(server -> http.securityMatcher(server.getEndpointsMatcher()))
            .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
            .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain resourceServer(HttpSecurity http) {
        return http
            .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
            .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
            .build();
    }

    @Bean
    RegisteredClientRepository clients() {
        JsonNode given = new JsonMapper().readTree(System.getenv("CLIENTS"));
        List<RegisteredClient> clients =
            StreamSupport.stream(given.spliterator(), false).map(Server::client).toList();
        return new InMemoryRegisteredClientRepository(clients);
    }

    /** In the clear: a slow hash of a random secret costs a tenth of a second for each token. */
    @Bean
    @SuppressWarnings("deprecation")
    PasswordEncoder secrets() {
        return NoOpPasswordEncoder.getInstance();
    }

    private static RegisteredClient client(JsonNode given) {
        Duration lifetime = Duration.ofSeconds(given.get("lifetime").asLong());
        return RegisteredClient.withId(UUID.randomUUID().toString())
            .clientId(given.get("id").asString())
            .clientSecret(given.get("secret").asString())
            .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST)
            .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
            .tokenSettings(TokenSettings.builder().accessTokenTimeToLive(lifetime).build())
            .build();
    }
}

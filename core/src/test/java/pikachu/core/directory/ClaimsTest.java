package pikachu.core.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static pikachu.core.directory.Entries.TENANT;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pikachu.core.messages.ClaimMessage.Adopt;
import pikachu.core.messages.ClaimMessage.Claim;
import pikachu.core.messages.ClaimMessage.ClaimsSnapshot;
import pikachu.core.messages.ClaimMessage.Release;
import pikachu.core.messages.ClaimMessage.Wanted;
import pikachu.core.names.ActivationId;
import pikachu.core.names.ControllerId;
import pikachu.core.names.Epoch;
import pikachu.core.names.InstanceId;

class ClaimsTest {
    private static final InstanceId A = new InstanceId("a");
    private static final InstanceId B = new InstanceId("b");
    private final Claims claims = replayed(new Claims(3));

    private static Claims replayed(Claims claims) {
        claims.replayed();
        return claims;
    }

    private static Claim claim(Optional<Epoch> replaces, InstanceId... ids) {
        return new Claim(
                TENANT,
                new ControllerId(0),
                List.of(ids).stream()
                        .map(id -> new Wanted(id, new ActivationId("1".repeat(32))))
                        .toList(),
                replaces);
    }

    private static Claim claim(InstanceId... ids) {
        return claim(Optional.empty(), ids);
    }

    @Test
    void noIdIsGrantedTwiceAtOnce() {
        assertThat(claims.apply(5, claim(A))).contains(new Claims.Granted(Epoch.ofClaim(3, 5)));
        assertThat(claims.apply(6, claim(A)).orElseThrow()).isInstanceOf(Claims.Refused.class);
        claims.apply(7, new Release(TENANT, A, Epoch.ofClaim(3, 5)));
        assertThat(claims.apply(8, claim(A))).contains(new Claims.Granted(Epoch.ofClaim(3, 8)));
    }

    @Test
    void aGroupGetsAllItsIdsOrNone() {
        claims.apply(1, claim(B));

        assertThat(claims.apply(2, claim(A, B)).orElseThrow()).isInstanceOf(Claims.Refused.class);
        assertThat(claims.holder(TENANT, A)).isEmpty();
    }

    @Test
    void aLateReleaseDoesNotTakeTheIdFromItsSuccessor() {
        claims.apply(1, claim(A));
        claims.apply(2, new Release(TENANT, A, Epoch.ofClaim(3, 1)));
        claims.apply(3, claim(A));

        claims.apply(4, new Release(TENANT, A, Epoch.ofClaim(3, 1)));

        assertThat(claims.holder(TENANT, A).orElseThrow().epoch()).isEqualTo(Epoch.ofClaim(3, 3));
    }

    @Test
    void placingAgainReplacesOnlyTheEpochThatItKnows() {
        claims.apply(1, claim(A));

        var again = claim(Optional.of(Epoch.ofClaim(3, 1)), A);
        assertThat(claims.apply(2, again)).contains(new Claims.Granted(Epoch.ofClaim(3, 2)));
        assertThat(claims.apply(3, again).orElseThrow()).isInstanceOf(Claims.Refused.class);
    }

    @Test
    void placingAgainGetsAnIdThatNobodyHolds() {
        var again = claim(Optional.of(Epoch.ofClaim(3, 1)), A);

        assertThat(claims.apply(2, again)).contains(new Claims.Granted(Epoch.ofClaim(3, 2)));
    }

    @Test
    void anotherControllerAnswersForAnAdoptedClaim() {
        claims.apply(1, claim(A));
        claims.apply(2, new Adopt(TENANT, A, Epoch.ofClaim(3, 1), new ControllerId(7)));
        assertThat(claims.holder(TENANT, A).orElseThrow().controller()).isEqualTo(new ControllerId(7));

        claims.apply(3, new Adopt(TENANT, A, Epoch.ofClaim(3, 9), new ControllerId(8)));
        assertThat(claims.holder(TENANT, A).orElseThrow().controller()).isEqualTo(new ControllerId(7));
        assertThat(claims.size()).isEqualTo(1);
    }

    @Test
    void aRecordThatComesAgainIsDecidedOnce() {
        claims.apply(1, claim(A));

        assertThat(claims.apply(1, claim(A))).isEmpty();
    }

    @Test
    void aTrimmedLogGivesTheSameClaimsAsTheWholeOne() {
        var whole = new Claims(3);
        var trimmed = new Claims(3);
        whole.apply(1, claim(A));
        whole.apply(2, claim(B));
        whole.apply(3, new Release(TENANT, A, Epoch.ofClaim(3, 1)));
        whole.replayed();
        // the trimmed log begins with a release whose claim is missing; the snapshot covers up to 3, exclusive
        trimmed.apply(3, new Release(TENANT, A, Epoch.ofClaim(3, 1)));
        var before = replayed(new Claims(3));
        before.apply(1, claim(A));
        before.apply(2, claim(B));
        trimmed.apply(4, new ClaimsSnapshot(TENANT, 3, before.all()));
        trimmed.replayed();

        assertThat(trimmed.all()).containsExactlyInAnyOrderElementsOf(whole.all());
        assertThat(trimmed.size()).isEqualTo(1);
    }
}

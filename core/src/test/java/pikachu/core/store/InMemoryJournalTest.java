package pikachu.core.store;

class InMemoryJournalTest extends JournalContract {
    @Override
    protected Store open() {
        return new InMemoryStore();
    }

    @Override
    protected Store crash(Store dying) {
        ((InMemoryStore) dying).journal().crash();
        return dying;
    }
}

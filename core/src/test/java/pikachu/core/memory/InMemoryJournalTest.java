package pikachu.core.memory;

import pikachu.core.store.JournalContract;
import pikachu.core.store.Store;

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

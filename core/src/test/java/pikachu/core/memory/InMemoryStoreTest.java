package pikachu.core.memory;

import pikachu.core.store.Store;
import pikachu.core.store.StoreContract;

class InMemoryStoreTest extends StoreContract {
    @Override
    protected Store open() {
        return new InMemoryStore();
    }

    @Override
    protected Store reopen(Store closing) {
        return closing;
    }
}
